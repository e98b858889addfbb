import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { expect } from 'vitest'

/** The built Lab: what `npm test` built, or what `SANJHA_LAB` names. */
export const builtLab: string = process.env['SANJHA_LAB'] ?? join(import.meta.dirname, '..', '..', 'dist', 'lab')

export interface LabPage extends AsyncDisposable {
  readonly page: Page
  /** What the browser complained about: errors, refused loads, addresses elsewhere. `[Symbol.asyncDispose]` wants it empty. */
  readonly complaints: string[]
  /** Paths of the fonts that were loaded. */
  readonly fonts: string[]
}

/**
 * A page of the Lab in a context of its own. When it is closed it must have had nothing to complain about: no error on the
 * console, nothing against the page's policy, no request to another host.
 * @param allow complaints that a test brings about itself
 */
export async function openLab(
  browser: Browser,
  url: string,
  { allow = [], ...options }: BrowserContextOptions & { allow?: readonly RegExp[] } = {},
): Promise<LabPage> {
  if (!existsSync(join(builtLab, 'index.html'))) {
    throw new Error(`There is no built Lab in ${builtLab}: run \`npm run build\` first.`)
  }
  const context = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce', ...options })
  const complaints: string[] = []
  const fonts: string[] = []
  const { host } = new URL(url)
  context.on('request', (request) => {
    const asked = new URL(request.url())
    if (request.resourceType() === 'font') fonts.push(asked.pathname)
    if (asked.host !== host && asked.protocol !== 'blob:') complaints.push(`asks ${asked.host}`)
  })
  context.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(`console: ${message.text()}`)
  })
  context.on('weberror', (error) => complaints.push(`error: ${error.error().message}`))
  const page = await context.newPage()
  await page.goto(url)
  return {
    page,
    complaints,
    fonts,
    [Symbol.asyncDispose]: async () => {
      await context.close()
      expect(complaints.filter((each) => !allow.some((pattern) => pattern.test(each)))).toEqual([])
    },
  }
}

/** WCAG 2.2 AA, as far as axe can tell. */
export async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze()
  expect(
    violations.map(
      ({ id, help, nodes }) =>
        `${id}: ${help}\n  ${nodes.map(({ html, failureSummary }) => `${html}\n    ${failureSummary}`).join('\n  ')}`,
    ),
  ).toEqual([])
}

/** Nothing sticks out to the side: the page can be read on a screen of this width without scrolling both ways. */
export async function expectNoSideways(page: Page): Promise<void> {
  const { wide, seen } = await page.evaluate(() => ({
    wide: document.documentElement.scrollWidth,
    seen: document.documentElement.clientWidth,
  }))
  expect(wide).toBeLessThanOrEqual(seen)
}
