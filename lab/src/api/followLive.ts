import type { QueryClient } from '@tanstack/react-query'
import type { LiveConnection } from './LiveConnection.ts'
import type { Run } from './Run.ts'

/** Code and messages of the Lab itself, which no event changes; and the doctor, who only comes when called. */
const constant = new Set<unknown>(['page', 'messages', 'doctor'])
/** What is asked anew because of an event is asked at most so often. */
const restMs = 400

/**
 * Keeps what the page has fetched up to date. Keys: `['models']`, `['catalog']`, `['loaded']`, `['runs', filter]`,
 * `['run', id]`, `['chats', …]`, `['chat', id]`, `['settings']`; what is kept under `loaded`, `runs` and `run` has the form
 * of the server's answer. Use `select` for any other.
 */
export function followLive(client: QueryClient, live: Pick<LiveConnection, 'on'>): void {
  const refresh = createRefresh(client)
  /** An answer that is on its way may be older than the news, and would be taken for newer. */
  const refreshIfAsked = (queryKey: unknown[]): void => {
    if (client.isFetching({ queryKey }) > 0) refresh(queryKey)
  }
  live.on('hello', () => {
    // What happened in between was told to nobody.
    void client.invalidateQueries({ predicate: ({ queryKey }) => !constant.has(queryKey[0]) })
  })
  live.on('models', () => refresh(['models'], ['catalog']))
  live.on('settings', () => refresh(['settings'], ['remotes']))
  live.on('loaded', (loaded) => {
    client.setQueryData(['loaded'], (old: unknown) => (old === undefined ? undefined : loaded))
    refreshIfAsked(['loaded'])
  })
  live.on('chats', ({ chatId }) => refresh(['chats'], chatId === null ? ['chat'] : ['chat', chatId]))
  live.on('run', ({ run }) => {
    client.setQueryData(['run', run.id], (old: unknown) => (old === undefined ? undefined : run))
    refreshIfAsked(['run', run.id])
    if (placeRun(client, run)) refresh(['runs'])
  })
}

/** Puts a run where lists have it. Returns whether lists may have changed otherwise: in what they hold, or in their order. */
function placeRun(client: QueryClient, run: Run): boolean {
  let isNews = false
  client.setQueriesData<{ runs: Run[] }>({ queryKey: ['runs'] }, (old) => {
    if (old === undefined || !Array.isArray(old.runs)) return old
    const before = old.runs.find(({ id }) => id === run.id)
    if (before?.state !== run.state) isNews = true
    return before === undefined ? old : { ...old, runs: old.runs.map((each) => (each === before ? run : each)) }
  })
  return isNews
}

/** Asks anew at once, and no more often than every `restMs`, however many events there are. */
function createRefresh(client: QueryClient): (...keys: unknown[][]) => void {
  const resting = new Map<string, { again: boolean }>()
  const refreshOne = (queryKey: unknown[]): void => {
    const name = JSON.stringify(queryKey)
    const rest = resting.get(name)
    if (rest !== undefined) {
      rest.again = true
      return
    }
    const begun = { again: false }
    resting.set(name, begun)
    void client.invalidateQueries({ queryKey })
    setTimeout(() => {
      resting.delete(name)
      if (begun.again) refreshOne(queryKey)
    }, restMs)
  }
  return (...keys) => keys.forEach(refreshOne)
}
