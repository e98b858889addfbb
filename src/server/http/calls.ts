import { SanjhaError } from '../../core/index.ts'
import type {
  AcquireOptions,
  Engine,
  FinishReason,
  GenerateRequest,
  Part,
  TokenLogprob,
  ToolCall,
  Usage,
} from '../../engine/index.ts'
import type { Call, CallPart, Operation, OperationResult } from '../../gateway/index.ts'
import type { RouteRequest, SurfaceName } from './route.ts'
import { defined } from './schema.ts'

export interface CallOptions {
  readonly surface: SurfaceName
  readonly model: string
  readonly acquire?: AcquireOptions
  readonly onRouted?: NonNullable<Call['onRouted']>
  readonly prepare?: NonNullable<Call['prepare']>
  readonly paramNames?: NonNullable<Call['paramNames']>
  /** Told apart when one request needs several calls. */
  readonly index?: number
}

/** Sends one operation through the pipeline on behalf of an HTTP request. */
export function call(request: RouteRequest, operation: Operation, options: CallOptions): AsyncIterable<CallPart> {
  return request.server.sanjha.handle({
    id: options.index ? `${request.id}.${options.index}` : request.id,
    model: options.model,
    operation,
    acquire: options.acquire ?? {},
    caller: { keyId: request.keyId, surface: options.surface },
    signal: request.signal,
    ...defined({ onRouted: options.onRouted, prepare: options.prepare, paramNames: options.paramNames }),
  })
}

/** A generation as a stream of the model's parts. */
export async function* generateParts(
  request: RouteRequest,
  generate: GenerateRequest,
  options: CallOptions,
): AsyncIterable<Part> {
  let finished = false
  for await (const part of call(request, { type: 'generate', request: generate }, options)) {
    if (part.type === 'result') continue
    finished ||= part.type === 'finish'
    yield part
  }
  // The contract says that a stream ends in `finish` or an error. A client must never take a torn answer for a whole one.
  if (!finished) {
    throw new SanjhaError('engine_crashed', 'The engine ended its answer without saying why.', {
      hint: 'Try again; `sanjha logs` shows what the engine said.',
    })
  }
}

/** Everything a generation gave, when it is not streamed. */
export interface Answer {
  readonly text: string
  readonly reasoning: string
  readonly toolCalls: readonly ToolCall[]
  /** Of the text, in order. */
  readonly logprobs: readonly TokenLogprob[]
  readonly reason: FinishReason
  readonly stopSequence: string | undefined
  readonly usage: Usage
}

/** Reads a stream of parts to its end. */
export async function collect(parts: AsyncIterable<Part>): Promise<Answer> {
  let text = ''
  let reasoning = ''
  const logprobs: TokenLogprob[] = []
  // By number, whichever numbers an engine uses.
  const toolCalls = new Map<number, { id: string; name: string; arguments: string }>()
  let finish: Extract<Part, { type: 'finish' }> | undefined
  for await (const part of parts) {
    switch (part.type) {
      case 'text':
        text += part.text
        if (part.logprobs) logprobs.push(...part.logprobs)
        break
      case 'reasoning':
        reasoning += part.text
        break
      case 'tool-call': {
        const known = toolCalls.get(part.index)
        if (known === undefined) {
          toolCalls.set(part.index, { id: part.id, name: part.name, arguments: part.argumentsDelta })
        } else known.arguments += part.argumentsDelta
        break
      }
      case 'finish':
        finish = part
        break
    }
  }
  if (finish === undefined) throw new SanjhaError('engine_crashed', 'The engine ended its answer without saying why.')
  const { reason, stopSequence, usage } = finish
  return { text, reasoning, toolCalls: [...toolCalls.values()], logprobs, reason, stopSequence, usage }
}

type ResultOf<T extends OperationResult['type']> = Extract<OperationResult, { type: T }>['result']

/** The one result of an operation that does not stream. */
export async function single<T extends OperationResult['type']>(
  parts: AsyncIterable<CallPart>,
  type: T,
): Promise<ResultOf<T>> {
  for await (const part of parts) {
    if (part.type === 'result' && part.value.type === type) {
      return (part.value as { readonly result: unknown }).result as ResultOf<T>
    }
  }
  throw new SanjhaError('engine_crashed', 'The engine gave no result.')
}

/** Uses an engine directly for what is no work of the model: counting tokens, rendering a prompt. */
export async function withEngine<T>(
  request: Pick<RouteRequest, 'server' | 'signal'>,
  model: string,
  acquire: AcquireOptions,
  work: (engine: Engine, model: string) => Promise<T>,
): Promise<T> {
  const { sanjha } = request.server
  const name = model === '' ? await sanjha.ensureDefaultModel({ signal: request.signal }) : model
  const lease = await sanjha.engines.acquire(name, acquire, request.signal)
  try {
    return await work(lease.engine, lease.model)
  } finally {
    lease.release()
  }
}
