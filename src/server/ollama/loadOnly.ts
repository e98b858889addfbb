import { json, type RouteRequest } from '../http/route.ts'
import { servedModel } from '../http/servedModels.ts'
import type { CommonFields } from './options.ts'
import { nanoseconds } from './wire.ts'

/** A request without anything to answer loads its model, or unloads it when it is to be kept for no time at all. Errors: `model_not_found`. */
export async function loadOnly(
  request: RouteRequest,
  { model, common }: { readonly model: string; readonly common: CommonFields },
  empty: object,
): Promise<Response> {
  const { sanjha, clock } = request.server
  const began = clock.monotonic()
  if (common.keepAliveMs === 0) {
    const found = await sanjha.engines.unload(model)
    if (!found && (await sanjha.models.find(model)) === undefined) await servedModel(sanjha, model, request.signal)
    return json({ model, created_at: new Date(clock.now()).toISOString(), ...empty, done: true, done_reason: 'unload' })
  }
  const lease = await sanjha.engines.acquire(model, common.acquire, request.signal)
  lease.release()
  return json({
    model: lease.model,
    created_at: new Date(clock.now()).toISOString(),
    ...empty,
    done: true,
    done_reason: 'load',
    total_duration: nanoseconds(clock.monotonic() - began),
    load_duration: nanoseconds(lease.loadMs),
  })
}
