import { expect, it } from 'vitest'
import { readEvents } from '../../src/server/testing/readEvents.ts'
import { TestHome } from '../support/sanjha.ts'
import { serve } from '../support/serving.ts'

it('Ctrl-C ends a server at once although a page listens', async () => {
  // Longer than this test may take: it fails if the page is waited for.
  await using home = new TestHome({ SANJHA_SERVER_SHUTDOWN_GRACE: '10m' })
  const server = await serve(home)
  const reader = readEvents(await fetch(`${server.url}/sanjha/v1/events`))
  await reader.next((e) => e.event === 'hello')
  expect(await server.stop('SIGINT')).toBe(0)
  await reader.ended
})
