import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { TestEngine } from '../../src/gateway/testing/TestEngine.ts'
import { type TestServer, testServer } from '../../src/server/testing/testServer.ts'
import { openBrowser } from '../../test/support/browser.ts'
import type { Benchmark, BenchmarkResult, Measurement } from '../contract.ts'
import { buildLab } from '../support/buildLab.ts'

type Metric = 'frames' | 'paints' | 'first' | 'last' | 'open'

/** A long answer as it comes, and a long chat as it opens. */
export const chat: Benchmark = {
  name: 'lab.chat',
  summary:
    'An answer of 10,000 tokens (headings, paragraphs, lists, tables, code) from an engine that gives up to 1,000 a second, in a real Chromium that shows it. *Frames* are those the page could draw in each second while it came; *paints* are the frames in which the answer changed. *Work* is what the page’s main thread did (Chromium’s `TaskDuration`) for the tokens from the 500th and for the last thousand. *Open*: from the click on a chat of 2,000 messages to the picture with its newest one.',
  run: async (context): Promise<BenchmarkResult> => {
    const labFolder = await buildLab(await mkdtemp(join(context.scratch, 'lab-')))
    const server = testServer({
      server: { labFolder },
      engines: { test: new TestEngine({ greeting: '', tokenDelayMs: 1, contextLength: 100_000 }) },
    })
    const browser = await openBrowser()
    try {
      const { url } = await server.server.listen({ port: 0 })
      const rounds: Record<Metric, number>[] = []
      for (let round = 0; round < context.rounds; round++) {
        context.signal.throwIfAborted()
        const streamed = await stream(browser, server, url, context.quick ? 1500 : 10_000)
        rounds.push({ ...streamed, open: await open(browser, server, url) })
      }
      const row = (label: string, unit: Measurement['unit'], metric: Metric): Measurement => ({
        label,
        unit,
        ours: rounds.map((round) => round[metric]),
      })
      const measurements: Measurement[] = [
        { ...row('frames, 10,000 tokens', '/s', 'frames'), target: { of: 'value', atLeast: 30 } },
        { ...row('paints, 10,000 tokens', '/s', 'paints'), target: { of: 'value', atMost: 20 } },
        row('work for 1,000 tokens, the first', 'ms', 'first'),
        row('work for 1,000 tokens, the last', 'ms', 'last'),
        { ...row('a chat of 2,000 messages opens', 'ms', 'open'), target: { of: 'value', atMost: 300 } },
      ]
      return { measurements, notes: [`Chromium ${browser.version()}. Engine and server share a process beside it.`] }
    } finally {
      await browser.close()
      await server.close()
    }
  },
}

async function stream(
  browser: Browser,
  server: TestServer,
  url: string,
  tokens: number,
): Promise<Omit<Record<Metric, number>, 'open'>> {
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 800 } })
  try {
    const page = await context.newPage()
    const { id } = server.sanjha.chats.create({ title: 'Long' })
    await page.goto(`${url}/lab/chat/${id}`)
    await page.getByRole('textbox', { name: 'Message' }).waitFor()
    const session = await context.newCDPSession(page)
    await session.send('Performance.enable')
    await page.evaluate(`(${watch})()`)
    const { text, blocks } = longAnswer(tokens)
    await server.json('POST', `/sanjha/v1/chats/${id}/answers`, { model: 'test', message: { text: `[[say ${text}]]` } })
    const at = (share: number): Promise<number> => workAt(page, session, Math.floor(blocks * share))
    const [from, to] = [500 / tokens, 1 - 1000 / tokens]
    const a = await at(from)
    const b = await at(from + 1000 / tokens)
    const c = await at(to)
    const d = await at(0.995)
    const seen = (await page.evaluate('counted()')) as { frames: number; paints: number; seconds: number }
    const perThousand = (work: number, share: number): number => (work * 1000) / (share * (tokens / 1000))
    return {
      frames: seen.frames / seen.seconds,
      paints: seen.paints / seen.seconds,
      first: perThousand(b - a, 1000 / tokens),
      last: perThousand(d - c, 0.995 - to),
    }
  } finally {
    await context.close()
  }
}

/** Seconds of work that the page has done when it shows so many blocks of the answer. Counting them costs it nothing. */
async function workAt(page: Page, session: CDPSession, blocks: number): Promise<number> {
  const shown = "document.querySelector('article.answer .md')?.childElementCount ?? 0"
  while (((await page.evaluate(shown)) as number) < blocks) await page.waitForTimeout(25)
  const { metrics } = await session.send('Performance.getMetrics')
  return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0
}

/** Runs in the page: counts frames, and those in which the answer changed. As text: the types of this program know no browser. */
const watch = `() => {
  let frames = 0, paints = 0, changed = false, began
  const log = document.querySelector('main')
  new MutationObserver((changes) => {
    if (!changes.some(({ target }) => (target.nodeType === 3 ? target.parentElement : target)?.closest?.('.md'))) return
    began ??= performance.now()
    changed = true
  }).observe(log, { subtree: true, childList: true, characterData: true })
  const frame = () => {
    if (began !== undefined) frames++
    if (changed) paints++
    changed = false
    requestAnimationFrame(frame)
  }
  requestAnimationFrame(frame)
  globalThis.counted = () => ({ frames, paints, seconds: (performance.now() - began) / 1000 })
}`

async function open(browser: Browser, server: TestServer, url: string): Promise<number> {
  const { id } = server.sanjha.chats.create({ title: 'Two thousand' })
  let parentId: string | null = null
  for (let i = 0; i < 2000; i++) {
    const role = i % 2 === 0 ? ('user' as const) : ('assistant' as const)
    const text = role === 'user' ? `Question ${i}?` : `Answer **${i}**\n\n- a\n- b\n\n\`\`\`ts\nconst a = ${i}\n\`\`\``
    parentId = server.sanjha.chats.append(id, { role, text }, { parentId }).id
  }
  const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1280, height: 800 } })
  try {
    const page = await context.newPage()
    // With a chat before it: a person who opens one has seen the page.
    const before = server.sanjha.chats.create({ title: 'Before' })
    server.sanjha.chats.append(before.id, { role: 'assistant', text: 'Hello' }, {})
    await page.goto(`${url}/lab/chat/${before.id}`)
    await page.locator('.md', { hasText: 'Hello' }).waitFor()
    const link = page.getByRole('link', { name: 'Two thousand' }).first()
    await link.waitFor()
    await page.waitForTimeout(500)
    return (await page.evaluate(`(${click})('a[href$="${id}"]')`)) as number
  } finally {
    await context.close()
  }
}

/** Runs in the page: milliseconds from the click until the newest message is drawn. */
const click = `(link) => new Promise((done) => {
  const began = performance.now()
  document.querySelector(link).click()
  const look = () => {
    const last = [...document.querySelectorAll('article.answer .md')].at(-1)
    if (!last?.textContent.includes('1999') || last.querySelector('strong') === null) return requestAnimationFrame(look)
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)))
  }
  look()
})`

/** Everything that answers are made of, over and over, about as many tokens long. */
function longAnswer(tokens: number): { text: string; blocks: number } {
  const part = (i: number): string =>
    [
      `## Part ${i}`,
      'Some **bold** words and `code` in a paragraph that goes on for a while and says little. '.repeat(4),
      Array.from({ length: 8 }, (_, item) => `${item + 1}. item ${item} with *some* words`).join('\n'),
      `| a | b |\n|---|---|\n${'| one | two |\n'.repeat(6)}`,
      `\`\`\`ts\n${'const value: number = 42 // a line\n'.repeat(10)}\`\`\``,
    ].join('\n\n')
  let text = ''
  let parts = 0
  while (text.split(/\s+/).length < tokens) text += `${part(++parts)}\n\n`
  return { text, blocks: parts * 5 }
}
