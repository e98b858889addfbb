import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ModelDetails, PullOptions } from '../../src/models/index.ts'
import { testModel } from '../../src/server/testing/TestModels.ts'
import { type TestServer, testServer } from '../../src/server/testing/testServer.ts'
import { openBrowser } from '../support/browser.ts'
import { builtLab, expectAccessible, expectNoSideways, openLab } from './labPage.ts'

let browser: Browser
let server: TestServer
let url: string
/** What the pull of `steered` does next. */
let pulling: { options: PullOptions; finish: () => void } | undefined

beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(async () => {
  await browser?.close()
})
beforeEach(async () => {
  server = testServer({ server: { labFolder: builtLab } })
  const { models } = server.sanjha
  const simple = models.pull.bind(models)
  const pull = (reference: string, options: PullOptions = {}): Promise<ModelDetails> => {
    if (reference !== 'steered') return simple(reference, options)
    return new Promise((resolve, reject) => {
      options.signal?.addEventListener('abort', () => reject(options.signal?.reason))
      pulling = { options, finish: () => resolve(testModel(reference)) }
    })
  }
  Object.assign(models, { pull })
  url = (await server.server.listen({ port: 0 })).url
})
afterEach(async () => {
  pulling = undefined
  await server?.close()
})

type Progress = Parameters<NonNullable<PullOptions['onProgress']>>[0]
async function report(progress: Partial<Progress>): Promise<void> {
  await expect.poll(() => pulling).toBeDefined()
  pulling?.options.onProgress?.({
    phase: 'download',
    completed: 0,
    total: 1_000_000_000,
    rate: null,
    eta: null,
    ...progress,
  })
}

async function ended(model: string): Promise<string> {
  const { id } = server.sanjha.runs.start('pull', { model })
  await server.sanjha.runs.wait(id)
  return id
}

const row = (page: Page, title: string) => page.getByRole('listitem').filter({ hasText: title })

describe('the list', () => {
  it('explains itself when there is nothing, and leads to where there will be', async () => {
    await using lab = await openLab(browser, `${url}/lab/runs`)
    await lab.page.getByRole('heading', { name: 'No runs yet' }).waitFor()
    await expectAccessible(lab.page)
    await lab.page.getByRole('link', { name: 'Choose a model to fetch' }).click()
    await expect.poll(() => new URL(lab.page.url()).pathname).toBe('/lab/models')
  })

  it('shows how far, how fast and how long still, as it happens, and never goes back', async () => {
    await using lab = await openLab(browser, `${url}/lab/runs`)
    const { page } = lab
    await page.getByRole('button', { name: 'Connected' }).waitFor()
    server.sanjha.runs.start('pull', { model: 'steered' })
    await report({ completed: 400_000_000, rate: 20_000_000, eta: 30 })
    const run = row(page, 'Fetch steered')
    await run.getByText('400 MB of 1 GB · 20 MB a second · about 30 sec left').waitFor()
    const bar = run.getByRole('progressbar', { name: 'Downloading' })
    expect(await bar.getAttribute('value')).toBe('0.4')
    await run.getByText('40%').waitFor()
    // Counted anew, as after a source that failed: the words tell the truth, the bar waits.
    await report({ completed: 100_000_000, rate: 10_000_000, eta: 90 })
    await run.getByText('100 MB of 1 GB').waitFor()
    expect(await bar.getAttribute('value')).toBe('0.4')
    await report({ completed: 700_000_000 })
    await run.getByText('70%').waitFor()
    pulling?.finish()
    await run.getByText('done', { exact: true }).waitFor()
    await run.getByRole('link', { name: 'Open the model: steered' }).click()
    await expect.poll(() => new URL(page.url()).pathname).toBe('/lab/models/steered')
  })

  it('keeps its filters in the address', async () => {
    await ended('smollm2')
    await ended('broken')
    await using lab = await openLab(browser, `${url}/lab/runs?state=failed`)
    const { page } = lab
    await page.getByRole('link', { name: 'Fetch broken' }).waitFor()
    expect(await page.getByRole('link', { name: 'Fetch smollm2' }).count()).toBe(0)
    await page.getByText('The bytes received are not the bytes that were promised.').waitFor()
    await page.getByLabel('State').selectOption('running')
    await page.getByRole('heading', { name: 'No run is like that' }).waitFor()
    expect(new URL(page.url()).search).toBe('?state=running')
    await page.getByRole('button', { name: 'Show all' }).click()
    await page.getByRole('link', { name: 'Fetch smollm2' }).waitFor()
    expect(new URL(page.url()).search).toBe('')
    await page.getByLabel('State').selectOption('failed')
    await page.getByRole('link', { name: 'Fetch broken' }).click()
    await page.getByRole('link', { name: 'All runs' }).click()
    expect(await page.getByLabel('State').inputValue()).toBe('failed')
  })

  it('cancels and resumes, by keyboard alone, and the keyboard stays where it was', async () => {
    await using lab = await openLab(browser, `${url}/lab/runs`)
    const { page } = lab
    server.sanjha.runs.start('pull', { model: 'slow' })
    const run = row(page, 'Fetch slow')
    await run.getByRole('button', { name: 'Cancel' }).focus()
    await page.keyboard.press('Enter')
    await run.getByText('cancelled', { exact: true }).waitFor()
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Resume')
    await page.keyboard.press('Enter')
    await run.getByText('running', { exact: true }).waitFor()
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Cancel')
  })

  it('says what the server said where something cannot be done', async () => {
    await using lab = await openLab(browser, `${url}/lab/runs`, { allow: [/409/] })
    const { page } = lab
    const { id } = server.sanjha.runs.start('pull', { model: 'slow' })
    await row(page, 'Fetch slow').getByRole('button', { name: 'Cancel' }).waitFor()
    await page.route('**/cancel', async (route) => {
      server.sanjha.runs.cancel(id)
      await server.sanjha.runs.wait(id)
      await route.continue()
    })
    await row(page, 'Fetch slow').getByRole('button', { name: 'Cancel' }).click({ force: true })
    await page.getByRole('region', { name: 'Notices' }).getByText('That did not work').waitFor()
  })

  it('shows more than fifty when asked', async () => {
    for (let i = 0; i < 60; i++) await ended(`model-${i}`)
    await using lab = await openLab(browser, `${url}/lab/runs`)
    const { page } = lab
    await page.getByRole('link', { name: 'Fetch model-59' }).waitFor()
    expect(await page.getByRole('link', { name: 'Fetch model-9', exact: true }).count()).toBe(0)
    await page.getByRole('button', { name: 'Show more' }).click()
    await page.getByRole('link', { name: 'Fetch model-0', exact: true }).waitFor()
    expect(await page.getByRole('button', { name: 'Show more' }).count()).toBe(0)
  })
})

describe('one run', () => {
  it('shows steps and log as they grow, and what was before the page came', async () => {
    const { id } = server.sanjha.runs.start('pull', { model: 'steered' })
    await report({ phase: 'resolve', total: null, message: 'Found at a mirror' })
    await report({ completed: 100_000_000 })
    await using lab = await openLab(browser, `${url}/lab/runs/${id}`)
    const { page } = lab
    const log = page.getByRole('log', { name: 'Log' })
    await log.getByText('Found at a mirror').waitFor()
    const steps = page.getByRole('region', { name: 'Steps' })
    await steps.getByText('Finding the model').waitFor()
    await report({ completed: 200_000_000, message: 'The second source is slow' })
    await log.getByText('The second source is slow').waitFor()
    expect(await page.getByText('Energy').count()).toBe(0)
    pulling?.finish()
    await page.getByRole('link', { name: 'Open the model: steered' }).waitFor()
    await expect.poll(() => log.getByText('done').count()).toBe(1)
    expect(await log.getByText('Found at a mirror').count()).toBe(1)
  })

  it('tells on after it was cancelled and resumed', async () => {
    const { id } = server.sanjha.runs.start('pull', { model: 'slow' })
    await using lab = await openLab(browser, `${url}/lab/runs/${id}`)
    const { page } = lab
    await page.getByRole('button', { name: 'Cancel' }).click()
    const log = page.getByRole('log', { name: 'Log' })
    await log.getByText('cancelled').waitFor()
    await page.getByRole('button', { name: 'Resume' }).click()
    await expect.poll(() => log.getByText('running').count()).toBe(2)
    await page.getByText('Attempts').waitFor()
  })

  it('one that is forgotten says so', async () => {
    await using lab = await openLab(browser, `${url}/lab/runs/run_nowhere`, { allow: [/404/] })
    await lab.page.getByRole('heading', { name: 'There is no such run' }).waitFor()
    await expectAccessible(lab.page)
    await lab.page.getByRole('link', { name: 'All runs' }).click()
    await lab.page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor()
  })

  it('says on other pages that it is done, and leads there', async () => {
    await using lab = await openLab(browser, `${url}/lab/settings`)
    const { page } = lab
    await page.getByRole('button', { name: 'Connected' }).waitFor()
    const { id } = server.sanjha.runs.start('pull', { model: 'steered' })
    await report({ completed: 1_000_000 })
    await expect.poll(() => server.sanjha.runs.get(id)?.progress?.completed).toBe(1_000_000)
    await page.waitForTimeout(400)
    pulling?.finish()
    const news = page.getByRole('region', { name: 'Notices' })
    await news.getByText('Fetch steered: done').waitFor()
    await news.getByRole('button', { name: 'Look' }).click()
    await page.getByRole('heading', { level: 1, name: 'Fetch steered' }).waitFor()
  })
})

it.each(['en', 'pa'] as const)('is accessible in %s: both themes, narrow and wide', async (lang) => {
  const failed = await ended('broken')
  await ended('smollm2')
  const { id } = server.sanjha.runs.start('pull', { model: 'steered' })
  await report({ completed: 400_000_000, rate: 20_000_000, eta: 30, message: 'a line' })
  for (const path of ['runs', `runs/${id}`, `runs/${failed}`]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [320, 1280]) {
        // The same parts again: each theme and width once.
        if (path !== 'runs' && (colorScheme === 'light') !== (width === 320)) continue
        await using lab = await openLab(browser, `${url}/lab/${path}?lang=${lang}`, {
          colorScheme,
          viewport: { width, height: 720 },
        })
        await lab.page.getByRole('progressbar').first().waitFor()
        if (path !== 'runs') await lab.page.getByRole('log').waitFor()
        await expectAccessible(lab.page)
        await expectNoSideways(lab.page)
      }
    }
  }
})
