import { list } from './cli/list.ts'
import { start } from './cli/start.ts'
import type { Benchmark } from './contract.ts'
import { busy } from './engine/busy.ts'
import { busyFirstToken, firstToken } from './engine/firstToken.ts'
import { history } from './engine/history.ts'
import { limit } from './engine/limit.ts'
import { lookup, lookupQ8 } from './engine/lookup.ts'
import { python } from './engine/python.ts'
import { speed } from './engine/speed.ts'
import { busyStreams, streams } from './engine/streams.ts'
import { size } from './install/size.ts'
import { chat } from './lab/chat.ts'
import { load } from './lab/load.ts'
import { cost } from './server/cost.ts'
import { growth } from './server/growth.ts'
import { memory } from './server/memory.ts'
import { ready } from './server/ready.ts'

/** Every benchmark there is, in the order of the page. */
export const benchmarks: readonly Benchmark[] = [
  speed,
  limit,
  busy,
  firstToken,
  busyFirstToken,
  streams,
  busyStreams,
  lookup,
  lookupQ8,
  history,
  python,
  start,
  list,
  ready,
  cost,
  growth,
  memory,
  size,
  load,
  chat,
]
