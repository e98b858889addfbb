import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { openBrowser } from '../../test/support/browser.ts'
import type { Benchmark, BenchmarkResult, Measurement } from '../contract.ts'
import { type Arm, interleave } from '../method/interleave.ts'
import { startFakeServer } from '../server/startServers.ts'
import { buildLab } from '../support/buildLab.ts'

/** Pages that people come to by an address, and the control that each is for. */
const pages = {
  chat: 'textarea',
  models: 'input[type=search]',
  runs: 'a, button, select',
  settings: 'input[type=search]',
  reference: 'input[type=search]',
} as const
type PageName = keyof typeof pages

type Metric = 'javascript' | 'css' | 'painted' | 'usable'

/** What a first visit to the Lab costs. */
export const load: Benchmark = {
  name: 'lab.load',
  summary:
    'A first visit to each page of the Lab, in a real Chromium without any cache, from a server in a process of its own with one model. Bytes are those of packed bodies until a second after the page can be used, so that what it fetches behind the first picture counts too. *Painted* is Chromium’s first contentful paint. *Usable* is when heading and main control stand in the page, are enabled, and the next picture with them is drawn; both from the start of the navigation.',
  run: async (context): Promise<BenchmarkResult> => {
    const labFolder = await buildLab(await mkdtemp(join(context.scratch, 'lab-')))
    await using server = await startFakeServer(context, { labFolder })
    const browser = await openBrowser()
    try {
      const arms = Object.keys(pages).map(
        (name): Arm<Metric> => ({ name, run: () => visit(browser, server.url, name as PageName) }),
      )
      const values = await interleave(arms, context)
      const rows = Object.keys(pages).flatMap((page): Measurement[] => [
        row(`/lab/${page}: JavaScript`, 'bytes', values(page, 'javascript'), 150_000),
        row(`/lab/${page}: CSS`, 'bytes', values(page, 'css'), 60_000),
        { label: `/lab/${page}: painted`, unit: 'ms', ours: values(page, 'painted') },
        row(`/lab/${page}: usable`, 'ms', values(page, 'usable'), 1000),
      ])
      return { measurements: rows, notes: [`Chromium ${browser.version()}, a new profile for each visit.`] }
    } finally {
      await browser.close()
    }
  },
}

function row(label: string, unit: 'bytes' | 'ms', ours: number[], atMost: number): Measurement {
  return { label, unit, ours, target: { of: 'value', atMost } }
}

async function visit(browser: Browser, url: string, name: PageName): Promise<Record<Metric, number>> {
  const context = await browser.newContext({ locale: 'en-GB' })
  try {
    const page = await context.newPage()
    // As text: the types of this program know no browser.
    await page.addInitScript(`(${watch})(${JSON.stringify(pages[name])})`)
    await page.goto(`${url}/lab/${name}`)
    await page.evaluate('usable')
    await page.waitForTimeout(1000)
    return (await page.evaluate(`(${read})()`)) as Record<Metric, number>
  } finally {
    await context.close()
  }
}

/** Runs in the page, from before its first script. */
const watch = `(control) => {
  let done
  globalThis.usable = new Promise((resolve) => { done = resolve })
  const isThere = (element) => element !== null && element.checkVisibility() && !element.disabled
  const look = () => {
    const main = document.querySelector('main')
    const heading = main?.querySelector('h1')
    const controls = [...(main?.querySelectorAll(control) ?? [])]
    if (!heading || !isThere(heading) || !controls.some(isThere)) return requestAnimationFrame(look)
    // When the next picture is made, this one has been drawn and nothing long stands in its way.
    requestAnimationFrame(() => setTimeout(() => done(performance.now())))
  }
  requestAnimationFrame(look)
}`

const read = `async () => {
  const files = performance.getEntriesByType('resource')
  const sum = (ending) => files
    .filter(({ name }) => new URL(name).pathname.endsWith(ending))
    .reduce((bytes, { encodedBodySize }) => bytes + encodedBodySize, 0)
  const painted = performance.getEntriesByName('first-contentful-paint')[0]?.startTime
  if (painted === undefined) throw new Error('Nothing was painted.')
  return { javascript: sum('.js'), css: sum('.css'), painted, usable: await usable }
}`
