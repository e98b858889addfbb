import type { EnginePool, Usage } from '../engine/index.ts'
import type { Call } from './contract.ts'
import type { Metrics } from './metrics.ts'

/** How a call ended, as one label value. */
export type Outcome = 'stop' | 'length' | 'tool-calls' | 'blocked' | 'budget' | 'result' | (string & {})

/** What the record stage tells of one call. */
export interface CallRecord {
  readonly surface: Call['caller']['surface']
  readonly operation: Call['operation']['type']
  /** Null when the call ended before a model was found: names that nobody knows must not become label values. */
  readonly model: string | null
  /** A finish reason, `result`, or the code of the error. */
  readonly outcome: Outcome
  readonly failed: boolean
  readonly usage: Usage | null
  /** All in milliseconds. */
  readonly totalMs: number
  readonly firstPartMs: number | null
  readonly loadMs: number
}

export interface Instruments {
  record(call: CallRecord): void
  /** Calls inside the gateway: admitted ones and those that wait. */
  admission(running: number, waiting: number): void
}

const seconds = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300]
const perToken = [0.001, 0.0025, 0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.2, 0.4, 0.8, 1.6]
const tokens = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000]

/**
 * Every metric of the gateway. A name starts with `vllm:` only where it means exactly what vLLM's metric of that name
 * means, so that dashboards and autoscalers made for vLLM work; everything else starts with `sanjha_`.
 */
export function createInstruments(metrics: Metrics, pool: EnginePool): Instruments {
  const requests = metrics.counter('sanjha_requests_total', 'Calls by surface, operation and how they ended.')
  const running = metrics.gauge('sanjha_gateway_requests_running', 'Calls that the gateway has admitted.')
  const waiting = metrics.gauge('sanjha_gateway_requests_waiting', 'Calls that wait to be admitted.')
  const success = metrics.counter('vllm:request_success_total', 'Generations that ended, by reason.')
  const promptTokens = metrics.counter('vllm:prompt_tokens_total', 'Prompt tokens.')
  const generationTokens = metrics.counter('vllm:generation_tokens_total', 'Generated tokens.')
  const cacheQueries = metrics.counter('vllm:prefix_cache_queries_total', 'Prompt tokens looked up in the cache.')
  const cacheHits = metrics.counter('vllm:prefix_cache_hits_total', 'Prompt tokens found in the cache.')
  const drafted = metrics.counter('vllm:spec_decode_num_draft_tokens_total', 'Tokens proposed speculatively.')
  const accepted = metrics.counter('vllm:spec_decode_num_accepted_tokens_total', 'Proposed tokens that held.')
  const firstToken = metrics.histogram('vllm:time_to_first_token_seconds', 'From arrival to the first token.', seconds)
  const endToEnd = metrics.histogram('vllm:e2e_request_latency_seconds', 'From arrival to the end.', seconds)
  const queueTime = metrics.histogram('vllm:request_queue_time_seconds', 'Time in the engine’s queue.', seconds)
  const prefillTime = metrics.histogram('vllm:request_prefill_time_seconds', 'Time to evaluate the prompt.', seconds)
  const decodeTime = metrics.histogram('vllm:request_decode_time_seconds', 'Time to generate.', seconds)
  const tokenTime = metrics.histogram(
    'vllm:request_time_per_output_token_seconds',
    'Mean time per token after the first, one value per request.',
    perToken,
  )
  const promptSize = metrics.histogram('vllm:request_prompt_tokens', 'Prompt tokens per request.', tokens)
  const answerSize = metrics.histogram('vllm:request_generation_tokens', 'Generated tokens per request.', tokens)
  const loadTime = metrics.histogram('sanjha_model_load_seconds', 'Time calls waited for their model to load.', seconds)
  observeEngines(metrics, pool)
  observeProcess(metrics)

  const recordUsage = (model: string, usage: Usage): void => {
    const labels = { model_name: model }
    promptTokens.add(labels, usage.promptTokens)
    generationTokens.add(labels, usage.completionTokens)
    cacheQueries.add(labels, usage.promptTokens)
    cacheHits.add(labels, usage.cachedTokens)
    drafted.add(labels, usage.draftTokens)
    accepted.add(labels, usage.acceptedTokens)
    promptSize.observe(usage.promptTokens, labels)
    answerSize.observe(usage.completionTokens, labels)
    if (usage.timings === undefined) return
    queueTime.observe(usage.timings.queueMs / 1000, labels)
    prefillTime.observe(usage.timings.promptMs / 1000, labels)
    decodeTime.observe(usage.timings.generationMs / 1000, labels)
    if (usage.completionTokens > 1) {
      tokenTime.observe(usage.timings.generationMs / 1000 / (usage.completionTokens - 1), labels)
    }
  }

  return {
    admission: (admitted, queued) => {
      running.set(admitted)
      waiting.set(queued)
    },
    record: (call) => {
      requests.add({ surface: call.surface, operation: call.operation, outcome: call.outcome })
      if (call.model === null) return
      const labels = { model_name: call.model }
      if (call.loadMs > 0) loadTime.observe(call.loadMs / 1000, labels)
      if (call.operation !== 'generate') return
      success.add({ ...labels, finished_reason: vllmReason(call) })
      endToEnd.observe(call.totalMs / 1000, labels)
      if (call.firstPartMs !== null) firstToken.observe(call.firstPartMs / 1000, labels)
      if (call.usage !== null) recordUsage(call.model, call.usage)
    },
  }
}

/** vLLM knows `stop`, `length`, `abort` and `error`; a tool call is a `stop` there. */
function vllmReason(call: CallRecord): string {
  if (call.outcome === 'cancelled') return 'abort'
  if (call.failed) return 'error'
  return call.outcome === 'length' || call.outcome === 'budget' ? 'length' : 'stop'
}

/** What the loaded engines report, asked at each scrape. */
function observeEngines(metrics: Metrics, pool: EnginePool): void {
  const gauge = (name: string, help: string) => metrics.gauge(name, help)
  const running = gauge('vllm:num_requests_running', 'Requests that the engine works on.')
  const waiting = gauge('vllm:num_requests_waiting', 'Requests that wait in the engine.')
  const slots = gauge('sanjha_engine_slots', 'Requests that the engine can work on at once.')
  const threads = gauge('sanjha_engine_threads', 'Threads that the engine uses now.')
  const reason = gauge('sanjha_engine_threads_info', 'Why the engine uses that many threads; the value is always 1.')
  const memory = gauge('sanjha_engine_memory_bytes', 'Weights, context and the rest of the engine’s process.')
  const generation = gauge('sanjha_engine_generation_tokens_per_second', 'Generation speed measured lately.')
  const prompt = gauge('sanjha_engine_prompt_tokens_per_second', 'Prompt evaluation speed measured lately.')
  const acceptance = gauge('sanjha_engine_draft_acceptance_ratio', 'Share of speculative tokens that held.')
  const restarts = gauge('sanjha_engine_restarts', 'Restarts since the model was loaded.')
  const loaded = gauge('sanjha_model_loaded', 'Loaded models by state; the value is always 1.')
  const all = [running, waiting, slots, threads, reason, memory, generation, prompt, acceptance, restarts, loaded]
  metrics.onScrape(() => {
    for (const g of all) g.clear()
    for (const { model, engine, state, status, restarts: count } of pool.list()) {
      const labels = { model_name: model }
      loaded.set(1, { ...labels, engine, state })
      restarts.set(count, labels)
      if (status === null) continue
      running.set(status.active, labels)
      waiting.set(status.waiting, labels)
      slots.set(status.slots, labels)
      threads.set(status.threads, labels)
      reason.set(1, { ...labels, reason: status.threadsReason })
      memory.set(status.memoryBytes, labels)
      generation.set(status.generationTokensPerSecond, labels)
      prompt.set(status.promptTokensPerSecond, labels)
      acceptance.set(status.draftAcceptance, labels)
    }
  })
}

/** The server's own process, under the names that every Prometheus client uses. */
function observeProcess(metrics: Metrics): void {
  const resident = metrics.gauge('process_resident_memory_bytes', 'Memory of the server’s process.')
  const cpu = metrics.gauge('process_cpu_seconds_total', 'CPU time of the server’s process.')
  const start = metrics.gauge('process_start_time_seconds', 'When the process started, in seconds since 1970.')
  const started = Date.now() / 1000 - process.uptime()
  metrics.onScrape(() => {
    const usage = process.cpuUsage()
    resident.set(process.memoryUsage.rss())
    cpu.set((usage.user + usage.system) / 1e6)
    start.set(Math.round(started * 1000) / 1000)
  })
}
