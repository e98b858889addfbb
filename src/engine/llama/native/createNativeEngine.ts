import { availableParallelism } from 'node:os'
import { SanjhaError, systemClock } from '../../../core/index.ts'
import type { Engine } from '../../contract.ts'
import { createChatFormat } from '../../text/index.ts'
import { readInfillTokens } from './answer/buildPrompt.ts'
import { describeDevice, usedDevices } from './bindings/devices.ts'
import { loadNativeApi, type NativeApi, type Pointer } from './bindings/nativeApi.ts'
import { createThreadPool } from './bindings/threadPool.ts'
import { Counters } from './Counters.ts'
import { measureInvariance } from './model/measureInvariance.ts'
import { type ContextExtras, createContext } from './model/NativeContext.ts'
import { loadModel, type NativeModel } from './model/NativeModel.ts'
import { NativeEngine } from './NativeEngine.ts'
import type { NativeEngineOptions } from './options.ts'
import { Candidates } from './sampling/Candidates.ts'
import { Lane } from './scheduler/Lane.ts'
import { Scheduler } from './scheduler/Scheduler.ts'
import { Acceptance } from './speculative/Acceptance.ts'
import { openDraftModel } from './speculative/DraftModel.ts'
import { StepCost } from './speculative/StepCost.ts'
import { fixedThreads, type ThreadChooser, ThreadController } from './threads/ThreadController.ts'

const defaultSlots = 8
const batch = 512
/** Positions of one decode whose logits may be wanted: all slots, and drafts. */
const outputs = 64
/** Tokens checked in one decode at most, the last known one included. */
const longestCheck = 32
/** A cancellation may wait so long, in milliseconds; a token of a small model takes less, and one of eight streams too. */
const quickMs = 40
/** Tokens of idle chats that are kept outside of the context; see Shelf, and the estimate in `engine/fit.ts`. */
const longestShelf = 8192
/** A context is at least so long, so that short requests do not make it anew. */
const leastExactCells = 4096

/**
 * Loads a model into this process with llama.cpp. Made to run in a child process: native code that finds something
 * wrong ends the process.
 * Errors: `not_found`, `invalid_file`, `invalid_config`, `unsupported`, `digest_mismatch`, `insufficient_memory`,
 * `engine_unavailable` when the GPU backend cannot be used.
 */
export async function createNativeEngine(options: NativeEngineOptions): Promise<Engine> {
  checkOptions(options)
  const clock = systemClock
  const api = loadNativeApi(options.libraryDirectory, options.backend)
  const model = await loadModel(api, {
    path: options.modelPath,
    ...(options.modelParts && { parts: options.modelParts }),
    ...(options.gpuLayers !== undefined && { gpuLayers: options.gpuLayers }),
  })
  try {
    const cores = availableParallelism()
    const { threads: wanted = 'auto' } = options
    const chooser = (initial?: () => number): ThreadChooser =>
      wanted === 'auto' ? new ThreadController({ max: cores, ...(initial && { initial }) }) : fixedThreads(wanted)
    const generation = chooser()
    // What generating has taught about the machine holds for prompts too, until they are measured themselves.
    const threads = { generation, prompt: chooser(() => generation.choice.threads) }
    const extras: ContextExtras = {
      adapters: loadAdapters(api, model, options.adapters ?? []),
      pool: createThreadPool(api, wanted === 'auto' ? cores : wanted),
    }
    const counters = new Counters()
    const contextLength = chooseContextLength(model, options)
    const slots = model.isBidirectional ? 1 : (options.slots ?? defaultSlots)
    const { kvType = 'f16' } = options
    const shared = await createContext(
      api,
      model,
      {
        cells: contextLength,
        sequences: slots,
        batch: Math.min(batch, contextLength),
        outputs,
        threads: threads.generation.next,
        typeK: kvType,
        typeV: kvType,
      },
      extras,
    )
    const cost = new StepCost()
    const canTrim = !model.isRecurrent
    // Seeded and greedy answers are drafted only as far as drafts cannot change them; see measureInvariance.
    const mayDraft = options.speculative !== false && canTrim && !model.isBidirectional
    const invariant = mayDraft
      ? await measureInvariance(shared, {
          longest: Math.min(longestCheck, contextLength),
          limitMs: 600,
          cost,
          threads: threads.generation,
          now: clock.monotonic,
        })
      : 1
    const lane = { canTrim, clock, threads, quickMs }
    const draftModel =
      options.draftModelPath === undefined || !mayDraft
        ? undefined
        : await openDraftModel(api, {
            path: options.draftModelPath,
            vocabulary: model.vocabulary,
            contextLength,
            sequences: slots,
            threads: generation,
            extras,
            clock,
          })
    const scheduler = new Scheduler({
      shared: new Lane({
        ...lane,
        context: shared,
        sequences: slots,
        isExact: false,
        shelf: { capacity: canShelve(api, model) ? Math.min(contextLength, longestShelf) : 0 },
        cost,
        onStep: ({ promptTokens, newTokens, milliseconds }) => counters.step(promptTokens, newTokens, milliseconds),
      }),
      exact: async (tokens) =>
        new Lane({
          ...lane,
          context: await createContext(
            api,
            model,
            {
              cells: Math.min(contextLength, Math.max(leastExactCells, 2 ** Math.ceil(Math.log2(tokens + 1)))),
              sequences: 1,
              batch: outputs,
              outputs,
              threads: threads.generation.next,
              // Keys and values of different types keep flash attention from splitting its work by the number of threads.
              typeK: kvType === 'f16' ? 'bf16' : kvType,
              typeV: kvType,
            },
            extras,
          ),
          sequences: 1,
          isExact: true,
          cost,
          onStep: ({ promptTokens, newTokens, milliseconds }) => counters.step(promptTokens, newTokens, milliseconds),
        }),
    })
    const { vocabulary } = model
    const { defaults = {} } = options
    const chatFormat = createChatFormat({
      template: options.chatTemplate ?? model.template,
      bosToken: vocabulary.text(vocabulary.bos),
      eosToken: vocabulary.text(vocabulary.eos),
      architecture: model.architecture,
      ...(model.name !== undefined && { modelName: model.name }),
      ...(defaults.system !== undefined && { defaultSystem: defaults.system }),
    })
    return new NativeEngine({
      api,
      model,
      scheduler,
      chatFormat,
      counters,
      threads,
      clock,
      contextLength,
      slots,
      devices: usedDevices(api.libraries.devices, options.gpuLayers ?? 'auto', api.modelNLayer(model.pointer)).map(
        describeDevice,
      ),
      defaults,
      extras,
      candidates: new Candidates(api, vocabulary.size),
      infill: readInfillTokens(api, vocabulary),
      pooling: options.pooling,
      drafting: {
        longest: mayDraft ? longestCheck - 1 : 0,
        longestExact: invariant - 1,
        cost,
        policies: { shared: new Acceptance(), exact: new Acceptance(), model: new Acceptance() },
        model: draftModel,
      },
    })
  } catch (error) {
    model.free()
    throw error
  }
}

/**
 * llama.cpp copies of a sliding window only what lies in it, so that what was copied back could not be cut; and a running
 * state is large, however few its tokens are.
 */
const canShelve = (api: NativeApi, model: NativeModel): boolean =>
  api.modelNSwa(model.pointer) === 0 && !model.isRecurrent && !model.isBidirectional

function checkOptions(options: NativeEngineOptions): void {
  const check = (name: string, value: number | undefined, least: number, most: number): void => {
    if (value !== undefined && !(Number.isInteger(value) && value >= least && value <= most)) {
      throw new SanjhaError('invalid_config', `${name} must be a whole number from ${least} to ${most}.`, {
        param: name,
      })
    }
  }
  check('contextLength', options.contextLength, 1, 2 ** 30)
  check('slots', options.slots, 1, outputs)
  check('threads', options.threads === 'auto' ? undefined : options.threads, 1, 512)
  check('gpuLayers', options.gpuLayers === 'auto' ? undefined : options.gpuLayers, -1, 10_000)
  for (const { scale } of options.adapters ?? []) {
    if (!Number.isFinite(scale)) throw new SanjhaError('invalid_config', 'An adapter’s scale must be a number.')
  }
}

/** The length asked for, at most what the model was trained for; else as much as the memory allowed takes. */
function chooseContextLength(model: NativeModel, options: NativeEngineOptions): number {
  const { contextLength, memoryLimitBytes } = options
  const most = model.trainedContext
  if (contextLength !== undefined) return Math.min(contextLength, most)
  if (memoryLimitBytes === undefined) return Math.min(most, 8192)
  const perToken = Math.max(1, model.contextBytesPerToken)
  const affordable = Math.floor(memoryLimitBytes / perToken / 256) * 256
  if (affordable < 256) {
    throw new SanjhaError('insufficient_memory', 'The memory allowed does not hold a context of 256 tokens.', {
      details: { memoryLimitBytes, bytesPerToken: perToken },
    })
  }
  return Math.min(most, affordable)
}

function loadAdapters(
  api: NativeApi,
  model: NativeModel,
  adapters: readonly { readonly path: string; readonly scale: number }[],
): { pointer: Pointer; scale: number }[] {
  return adapters.map(({ path, scale }) => {
    const pointer = api.adapterLoraInit(model.pointer, path)
    if (pointer === null) {
      throw new SanjhaError('invalid_file', `The adapter ${path} cannot be used with this model.`, {
        hint: 'It must be a GGUF adapter that was made for the same base model.',
      })
    }
    return { pointer, scale }
  })
}
