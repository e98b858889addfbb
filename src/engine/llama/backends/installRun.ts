import { SanjhaError } from '../../../core/index.ts'
import type { RunKind } from '../../../runs/index.ts'
import type { BackendStatus, Backends } from './contract.ts'

export interface EngineInstallInput {
  readonly backend: string
}

/** Installing a backend as durable work. A resumed run goes on from the bytes that are there, because downloads do. */
export function createEngineInstallRunKind(
  backends: Pick<Backends, 'install'>,
): RunKind<EngineInstallInput, BackendStatus> {
  return {
    kind: 'engine-install',
    title: ({ backend }) => `Install the ${backend} engine`,
    parse: (input) => {
      const { backend } = (typeof input === 'object' && input !== null ? input : {}) as { backend?: unknown }
      if (typeof backend !== 'string' || backend.trim() === '') {
        throw new SanjhaError('invalid_request', 'Installing an engine needs the field `backend`, such as vulkan.', {
          param: 'backend',
        })
      }
      return { backend }
    },
    execute: async ({ backend }, context) =>
      await backends.install(backend, {
        signal: context.signal,
        onProgress: ({ step, completed, total, message }) => {
          if (message !== undefined) context.log(message)
          context.progress({
            step,
            completed,
            total,
            unit: 'bytes',
            rate: null,
            eta: null,
            ...(message && { message }),
          })
        },
      }),
  }
}
