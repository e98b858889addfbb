import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestServer, testServer } from '../../src/server/testing/testServer.ts'
import { openBrowser } from '../support/browser.ts'
import { builtLab } from './labPage.ts'

/** Bytes over the wire (gzip) until the page rests, by page. What is recorded may only become less. */
interface Budget {
  readonly javascript: number
  readonly css: number
}
const budgets = JSON.parse(
  readFileSync(join(import.meta.dirname, '..', '..', 'lab', 'budgets.json'), 'utf8'),
) as Record<string, Budget>
/** What decision 0012 allows any page. */
const most: Budget = { javascript: 150_000, css: 60_000 }

let browser: Browser
let server: TestServer
let url: string
beforeAll(async () => {
  browser = await openBrowser()
  server = testServer({ server: { labFolder: builtLab } })
  url = (await server.server.listen({ port: 0 })).url
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
})

describe.each(Object.entries(budgets))('%s', (page, budget) => {
  it('weighs no more than was recorded', async () => {
    const weight = await weigh(page)
    expect(weight.javascript).toBeLessThanOrEqual(budget.javascript)
    expect(weight.css).toBeLessThanOrEqual(budget.css)
    // A record far above what is would let the page grow unseen: write the smaller number down.
    expect(budget.javascript).toBeLessThan(weight.javascript * 1.1 + 2000)
    expect(budget.css).toBeLessThan(weight.css * 1.1 + 2000)
  })

  it('has a record within what is allowed', () => {
    expect(budget.javascript).toBeLessThanOrEqual(most.javascript)
    expect(budget.css).toBeLessThanOrEqual(most.css)
  })
})

async function weigh(page: string): Promise<{ javascript: number; css: number }> {
  const context = await browser.newContext()
  const opened = await context.newPage()
  const weight = { javascript: 0, css: 0 }
  const session = await context.newCDPSession(opened)
  const kinds = new Map<string, keyof typeof weight>()
  await session.send('Network.enable')
  session.on('Network.responseReceived', ({ requestId, type }) => {
    if (type === 'Script') kinds.set(requestId, 'javascript')
    if (type === 'Stylesheet') kinds.set(requestId, 'css')
  })
  // Without headers: those weigh alike whatever is in the page.
  session.on('Network.dataReceived', ({ requestId, encodedDataLength }) => {
    const kind = kinds.get(requestId)
    if (kind) weight[kind] += encodedDataLength
  })
  await opened.goto(`${url}/lab/${page}?lang=en`)
  await opened.getByRole('heading', { level: 1 }).first().waitFor()
  // Modules that come after the first paint count as well, unless somebody has to ask for them.
  await opened.waitForTimeout(1000)
  await context.close()
  return weight
}
