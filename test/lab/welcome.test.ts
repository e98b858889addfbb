import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { SanjhaError } from '../../src/core/index.ts'
import { TestEngine } from '../../src/gateway/testing/TestEngine.ts'
import type { CatalogEntry, ModelDetails, PullOptions } from '../../src/models/index.ts'
import { TestModels } from '../../src/server/testing/TestModels.ts'
import { type TestServer, testServer } from '../../src/server/testing/testServer.ts'
import { openBrowser } from '../support/browser.ts'
import { builtLab, expectAccessible, expectNoSideways, openLab } from './labPage.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser?.close())

const entry = (id: string, name: string, size: number): CatalogEntry => ({
  id,
  name,
  family: id,
  organization: 'Tests',
  shortNames: [id],
  purpose: ['chat'],
  parameters: '350M',
  contextLength: 8192,
  license: 'Apache-2.0',
  openLicense: true,
  defaults: {},
  files: [
    {
      file: `${id}.gguf`,
      quantization: 'Q4_1',
      sha256: 'a'.repeat(64),
      size,
      confidence: 'measured',
      sources: ['hf://a/b'],
    },
  ],
  notes: null,
})

/** An empty store into which models come as slowly as the test wants. */
class ComingModels extends TestModels {
  /** Names that were asked for. */
  readonly asked: string[] = []
  /** What the pull that runs waits for. */
  finish: (error?: Error) => void = () => undefined

  constructor() {
    super([])
    this.known = [
      entry('granite', 'Granite-4.0-350m', 236_985_760),
      entry('smollm2', 'SmolLM2-135M-Instruct', 98_362_432),
    ]
  }

  override async pull(reference: string, options: PullOptions = {}): Promise<ModelDetails> {
    this.asked.push(reference)
    options.onProgress?.({ phase: 'download', completed: 59_000_000, total: 98_362_432, rate: 4_000_000, eta: 10 })
    await new Promise<void>((resolve, reject) => {
      this.finish = (error) => (error === undefined ? resolve() : reject(error))
      options.signal?.addEventListener('abort', () => reject(options.signal?.reason), { once: true })
    })
    return await super.pull(reference, options)
  }
}

async function open(hubAnswers = false): Promise<TestServer & { models: ComingModels; url: string }> {
  const models = new ComingModels()
  const engines = { granite: new TestEngine(), smollm2: new TestEngine() }
  const server = testServer({ models, engines, hubAnswers, server: { labFolder: builtLab } })
  const { url } = await server.server.listen({ port: 0 })
  return Object.assign(server, { models, url })
}

const start = (page: Page): Promise<void> => page.getByRole('button', { name: 'Get a model and start' }).click()

it('leads from nothing to an answer: one click for the model, one for the question', async () => {
  const server = await open()
  try {
    await using lab = await openLab(browser, server.url)
    const { page } = lab
    await page.waitForURL('**/lab/welcome')
    await page.getByText('Everything stays on this machine').waitFor()
    // What it is, before anybody agrees to it.
    await page.getByText('Granite-4.0-350m').waitFor()
    await page.getByText('237 MB').waitFor()
    await page.getByText('Open licence: Apache-2.0').waitFor()
    await start(page)
    await page.getByText('Granite 4.0 350M cannot be fetched from its hub now.').waitFor()
    await page.getByText('60% · 59 MB of 98.4 MB · 4 MB a second · 10 sec left').waitFor()
    expect(await page.getByRole('progressbar').getAttribute('value')).toMatch(/^0\.59/)
    server.models.finish()
    await page.getByRole('heading', { name: 'Ready' }).waitFor()
    await page.getByText('Your model is smollm2').waitFor()
    await page.getByRole('button', { name: /Why is the sky blue/ }).click()
    await page.waitForURL('**/lab/chat/*')
    await page.getByRole('log').getByText('Why is the sky blue?').first().waitFor()
    const { chats } = server.sanjha.chats.list()
    await expect
      .poll(() => server.sanjha.chats.path(chats[0]?.id ?? '').map(({ role, data }) => [role, data?.['state']]))
      .toEqual([
        ['user', undefined],
        ['assistant', 'done'],
      ])
  } finally {
    await server.close()
  }
})

it('takes the first choice where its hub answers, is cancelled, goes on, and survives a reload', async () => {
  const server = await open(true)
  try {
    await using lab = await openLab(browser, `${server.url}/lab/welcome`)
    const { page } = lab
    await start(page)
    await page.getByText('Fetching Granite-4.0-350m').waitFor()
    await page.reload()
    await page.getByRole('progressbar').waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByText('Cancelled. What has come so far is kept.').waitFor()
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByRole('progressbar').waitFor()
    await expect.poll(() => server.models.asked).toEqual(['granite', 'granite'])
    server.models.finish()
    await page.getByText('Your model is granite').waitFor()
  } finally {
    await server.close()
  }
})

it('says what went wrong and what to do, and tries again', async () => {
  const server = await open(true)
  try {
    await using lab = await openLab(browser, `${server.url}/lab/welcome`)
    const { page } = lab
    await start(page)
    await page.getByRole('progressbar').waitFor()
    server.models.finish(new SanjhaError('disk_full', 'There are 3 MB left.', { hint: 'Free 234 MB.' }))
    await page.getByText('There is not enough room on the disk.').waitFor()
    await page.getByText('Free 234 MB.').waitFor()
    await expectAccessible(page)
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('progressbar').waitFor()
    server.models.finish()
    await page.getByRole('heading', { name: 'Ready' }).waitFor()
  } finally {
    await server.close()
  }
})

it('goes to the chat where there is a model, and does not stand in the navigation', async () => {
  const server = testServer({ server: { labFolder: builtLab } })
  try {
    const { url } = await server.server.listen({ port: 0 })
    await using lab = await openLab(browser, url)
    await lab.page.waitForURL('**/lab/chat')
    const names = await lab.page.getByRole('navigation').first().getByRole('link').allTextContents()
    expect(names.join()).not.toContain('Welcome')
  } finally {
    await server.close()
  }
})

it('works by keyboard alone, and keeps the keyboard where the next button is', async () => {
  const server = await open()
  try {
    await using lab = await openLab(browser, `${server.url}/lab/welcome`)
    const { page } = lab
    await page.getByRole('button', { name: 'Get a model and start' }).focus()
    await page.keyboard.press('Enter')
    const focused = (): Promise<string | null | undefined> => page.evaluate(() => document.activeElement?.textContent)
    await expect.poll(focused).toBe('Cancel')
    await page.keyboard.press('Enter')
    await expect.poll(focused).toBe('Go on')
    await page.keyboard.press('Enter')
    await expect.poll(focused).toBe('Cancel')
    server.models.finish()
    await expect.poll(focused).toContain('Why is the sky blue?')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/lab/chat/*')
  } finally {
    await server.close()
  }
})

it.each(['en', 'pa'] as const)('is accessible in %s: both themes, narrow and wide, in every state', async (lang) => {
  const server = await open()
  try {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const width of [320, 1280]) {
        await using lab = await openLab(browser, `${server.url}/lab/welcome?lang=${lang}`, {
          colorScheme,
          viewport: { width, height: 720 },
        })
        const { page } = lab
        const check = async (): Promise<void> => {
          await expectAccessible(page)
          await expectNoSideways(page)
        }
        const card = page.locator('.welcome-card')
        await card.locator('.badge').first().waitFor()
        await check()
        await card.getByRole('button').click()
        await page.getByRole('progressbar').waitFor()
        await check()
        server.models.finish()
        await card.getByRole('list').waitFor()
        await check()
        await server.sanjha.models.remove('smollm2')
      }
    }
  } finally {
    await server.close()
  }
})
