import { setTimeout as delay } from 'node:timers/promises'
import { type ErrorCode, SanjhaError } from '../../core/index.ts'
import type { Engine } from '../contract.ts'
import { FakeEngine, type FakeEngineOptions } from './FakeEngine.ts'

export interface FakeFactoryOptions extends FakeEngineOptions {
  /** Loading takes so long, in ten steps of progress. */
  readonly loadMs?: number
  /** What happens instead of a ready engine. */
  readonly load?: 'crash' | 'hang' | 'stall' | ErrorCode
}

/** The factory for a process that hosts a fake engine. */
export async function createFakeEngine(
  options: FakeFactoryOptions = {},
  hooks?: { readonly onProgress: (fraction: number) => void },
): Promise<Engine> {
  const { loadMs = 0, load } = options
  for (let step = 1; step <= 10 && loadMs > 0; step++) {
    await delay(loadMs / 10)
    hooks?.onProgress(step / 10)
  }
  if (load === 'crash') {
    console.error('pretended: cannot allocate')
    process.kill(process.pid, 'SIGKILL')
    await new Promise(() => undefined)
  }
  if (load === 'hang') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  if (load === 'stall') await new Promise(() => undefined)
  if (load !== undefined) throw new SanjhaError(load as ErrorCode, 'Refused on demand.')
  return new FakeEngine(options)
}

/** URL of this module, for `EngineChildOptions.module`. */
export const fakeEngineModule: string = import.meta.url
