import { expectTypeOf, it } from 'vitest'
import { ask } from './ask.ts'
import type { LoadedModel, ModelRemoval, Run } from './schema.ts'

// What the compiler checks: nothing is asked here.

const name: string = 'a'
const asks = {
  plain: () => ask('/loaded'),
  named: () => ask(`/models/${encodeURIComponent(name)}/removal`),
  queried: () => ask('/runs?kind=pull'),
  queriedWith: () => ask(`/runs?limit=${5}`),
  sent: () => ask('/models/pull', { method: 'POST', body: { model: 'smollm2' } }),
  stated: () => ask<{ a: 1 }>(`/models/${name}`),
  unknown: () => ask<{ b: 2 }>('/not/in/the/document'),
}

it('the answer has the type of the server’s document, or the one that is stated', () => {
  expectTypeOf(asks.plain).returns.resolves.toEqualTypeOf<{ models: LoadedModel[] }>()
  expectTypeOf(asks.named).returns.resolves.toEqualTypeOf<ModelRemoval>()
  expectTypeOf(asks.queried).returns.resolves.toEqualTypeOf<{ runs: Run[] }>()
  expectTypeOf(asks.queriedWith).returns.resolves.toEqualTypeOf<{ runs: Run[] }>()
  expectTypeOf(asks.sent).returns.resolves.toEqualTypeOf<Run>()
  expectTypeOf(asks.stated).returns.resolves.toEqualTypeOf<{ a: 1 }>()
  expectTypeOf(asks.unknown).returns.resolves.toEqualTypeOf<{ b: 2 }>()
})
