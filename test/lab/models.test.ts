import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { TestEngine } from '../../src/gateway/testing/TestEngine.ts'
import type { CatalogEntry } from '../../src/models/index.ts'
import type { TestModels } from '../../src/server/testing/TestModels.ts'
import { type TestServer, testServer } from '../../src/server/testing/testServer.ts'
import { openBrowser } from '../support/browser.ts'
import { builtLab, expectAccessible, expectNoSideways, openLab } from './labPage.ts'

let browser: Browser
beforeAll(async () => {
  browser = await openBrowser()
})
afterAll(() => browser?.close())

let server: TestServer
let url: string
beforeEach(async () => {
  server = testServer({ server: { labFolder: builtLab }, engines: { far: new TestEngine() } })
  url = (await server.server.listen({ port: 0 })).url
})
afterEach(() => server?.close())

const models = (): TestModels => server.sanjha.models as TestModels
const known = (id: string, sha256: string | null, license = 'MIT'): CatalogEntry => ({
  id,
  name: `The ${id}`,
  family: 'family',
  organization: 'Somebody',
  shortNames: [id],
  purpose: ['chat'],
  parameters: '350M',
  contextLength: 4096,
  license,
  openLicense: license === 'MIT',
  defaults: {},
  files: [
    {
      file: `${id}.gguf`,
      quantization: 'Q4_K_M',
      sha256,
      size: 1_000_000,
      confidence: null,
      sources: [`hf://o/r/${id}.gguf`],
    },
  ],
  notes: null,
})

const lines = (page: Page) => page.locator('.models tbody[data-index]')
const line = (page: Page, name: string) => lines(page).filter({ has: page.getByRole('link', { name, exact: true }) })

it('shows 10,000 models with few of them in the document, and leads by keyboard from the first to the last and back', async () => {
  for (let n = 1; n < 10_000; n++) await models().pull(`model-${String(n).padStart(5, '0')}`)
  await using lab = await openLab(browser, `${url}/lab/models`)
  const { page } = lab
  await page.getByText('10,000 models of 10,000').waitFor()
  const most = async (): Promise<number> => await lines(page).count()
  expect(await most()).toBeLessThan(60)

  await page.getByRole('link', { name: 'model-00001', exact: true }).focus()
  await page.keyboard.press('End')
  const last = page.getByRole('link', { name: 'test', exact: true })
  await expect.poll(() => last.evaluate((link) => link === document.activeElement)).toBe(true)
  expect(await last.isVisible()).toBe(true)
  expect(await most()).toBeLessThan(60)
  expect(await page.locator('.models tbody:has(:focus) tr').first().getAttribute('aria-rowindex')).toBe('10001')

  await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { level: 1, name: 'model-09999' }).waitFor()
  expect(new URL(page.url()).pathname).toBe('/lab/models/model-09999')
  await page.goBack()
  // Who comes back is where they were.
  const left = page.getByRole('link', { name: 'model-09999', exact: true })
  await expect.poll(() => left.evaluate((link) => link === document.activeElement)).toBe(true)

  await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight))
  await last.waitFor()
  await page.evaluate(() => window.scrollTo(0, 0))
  await page.getByRole('link', { name: 'model-00001', exact: true }).waitFor()
  expect(await most()).toBeLessThan(60)
  // However far one scrolls, the keyboard is not lost.
  expect(await left.evaluate((link) => link === document.activeElement)).toBe(true)
})

it('keeps filters and order in the address, and finds models by words', async () => {
  models().known = [known('alpha', 'a'.repeat(64)), known('beta', 'b'.repeat(64), 'LicenseRef-Own')]
  await using lab = await openLab(browser, `${url}/lab/models`)
  const { page } = lab
  await page.getByText('3 models of 3').waitFor()
  await page.getByRole('searchbox').fill('somebody q4')
  await page.getByText('2 models of 3').waitFor()
  await page.getByLabel('Open licence only').check()
  await page.getByText('1 model of 3').waitFor()
  await expect.poll(() => new URL(page.url()).search).toBe('?q=somebody+q4&open=1')
  await page.reload()
  await page.getByText('1 model of 3').waitFor()
  expect(await page.getByRole('searchbox').inputValue()).toBe('somebody q4')
  await page.getByRole('button', { name: 'Show all' }).click()
  await page.getByText('3 models of 3').waitFor()

  const names = () => page.locator('.models-name').allTextContents()
  await page.getByRole('button', { name: 'Name' }).click()
  await page.getByRole('button', { name: 'Name' }).click()
  await expect.poll(names).toEqual(['test', 'beta:q4_k_m', 'alpha:q4_k_m'])
  expect(await page.getByRole('columnheader', { name: 'Name' }).getAttribute('aria-sort')).toBe('descending')
  await page.reload()
  await expect.poll(names).toEqual(['test', 'beta:q4_k_m', 'alpha:q4_k_m'])
  await page.getByLabel('Where').selectOption('In the catalogue')
  await page.getByText('2 models of 3').waitFor()
  await page.getByRole('searchbox').fill('nothing like this')
  await page.getByText('No model is like that').waitFor()
})

it('says of catalogued models whether they fit, are open, and can be had by their name', async () => {
  models().known = [known('sure', 'a'.repeat(64)), known('unsure', null, 'LicenseRef-Own')]
  await using lab = await openLab(browser, `${url}/lab/models`)
  const { page } = lab
  const unsure = line(page, 'unsure:q4_k_m')
  await unsure.getByText('checksum not known').waitFor()
  await unsure.getByText('with restrictions').waitFor()
  expect(await line(page, 'sure:q4_k_m').getByText('checksum').count()).toBe(0)
  await line(page, 'sure:q4_k_m').getByText('fits', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Get unsure:q4_k_m' }).click()
  // Its name leads nowhere, so that it is asked for by its address.
  await page.getByRole('dialog', { name: 'Get hf://o/r/unsure.gguf' }).waitFor()
  await page.keyboard.press('Escape')
  await expect.poll(() => page.evaluate(() => document.activeElement?.ariaLabel)).toBe('Get unsure:q4_k_m')
  await page.getByRole('link', { name: 'unsure:q4_k_m' }).click()
  await page.getByText('nobody then says whether the bytes are the right ones').waitFor()
})

it('fetches what is typed in after showing what it would be; cancels, goes on, and says why something failed', async () => {
  await using lab = await openLab(browser, `${url}/lab/models`)
  const { page } = lab
  await page.getByLabel('Name or address').fill('hf://some/thing')
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').getByText('test:hf://some/thing').waitFor()
  await page.getByRole('button', { name: 'Pull' }).click()
  await line(page, 'hf://some/thing').getByText('here', { exact: true }).waitFor()
  await page.getByText('hf://some/thing is here.').waitFor()

  await page.goto(`${url}/lab/models?pull=slow`)
  await page.getByRole('button', { name: 'Pull' }).click()
  const slow = line(page, 'slow')
  await slow.getByText('50% · 50 byte of 100 byte').waitFor()
  await page.reload()
  await slow.getByText('50% · 50 byte of 100 byte').waitFor()
  await slow.getByRole('button', { name: 'Cancel slow' }).click()
  await slow.getByText('What was fetched is kept').waitFor()
  await slow.getByRole('button', { name: 'Go on with slow' }).click()
  await slow.getByRole('progressbar').waitFor()

  await page.goto(`${url}/lab/models?pull=broken`)
  await page.getByRole('button', { name: 'Pull' }).click()
  const broken = line(page, 'broken')
  await broken.getByText('The bytes received are not the bytes that were promised.').waitFor()
  await broken.getByRole('button', { name: 'Dismiss the pull of broken' }).click()
  await broken.waitFor({ state: 'detached' })
})

it('deletes only after saying what goes, and copies under another name', async () => {
  // The page may ask once more for what has just been deleted.
  await using lab = await openLab(browser, `${url}/lab/models/test`, { allow: [/404/] })
  const { page } = lab
  await page.getByRole('button', { name: 'Copy', exact: true }).click()
  await page.getByLabel('New name').fill('other:name')
  await page.getByRole('dialog').getByRole('button', { name: 'Copy' }).click()
  await page.getByRole('heading', { level: 1, name: 'other:name' }).waitFor()

  await page.getByRole('button', { name: 'Delete' }).click()
  const dialog = page.getByRole('alertdialog', { name: 'Delete other:name?' })
  await dialog.getByText('91.7 MB are freed.').waitFor()
  await dialog.getByRole('button', { name: 'Keep it' }).click()
  expect(await models().find('other:name')).toBeDefined()
  await page.getByRole('button', { name: 'Delete' }).click()
  await dialog.getByRole('button', { name: 'Delete' }).click()
  await page.getByText('1 model of 1').waitFor()
  expect(await models().find('other:name')).toBeUndefined()
  expect(await models().find('test')).toBeDefined()
})

it('loads with a chosen context and unloads; what uses memory is listed', async () => {
  await using lab = await openLab(browser, `${url}/lab/models/test`)
  const { page } = lab
  await page.getByLabel('Context length in tokens').fill('1024')
  await page.getByRole('button', { name: 'Load', exact: true }).click()
  await page.getByText('The engine does not say.').waitFor()
  expect(server.pool.acquired.at(-1)).toMatchObject({ model: 'test', options: { load: { contextLength: 1024 } } })
  await page.getByRole('link', { name: 'All models' }).click()
  await page.getByRole('button', { name: 'Unload test' }).click()
  await page.getByText('No model is in memory.').waitFor()
  expect(server.pool.list()).toEqual([])
})

it('shows why a model could not be loaded, and what its engine wrote', async () => {
  await models().pull('unloadable')
  await using lab = await openLab(browser, `${url}/lab/models/unloadable`, { allow: [/404/] })
  const { page } = lab
  await page.route('**/loaded/unloadable/log*', (route) => route.fulfill({ json: { lines: ['out of memory'] } }))
  await page.getByRole('button', { name: 'Load', exact: true }).click()
  await page.getByRole('alert').getByText('There is no model "unloadable"').waitFor()
  await page.getByText('out of memory').waitFor()
})

it('knows what is not there, and what a page of details has to say', async () => {
  await using lab = await openLab(browser, `${url}/lab/models/${encodeURIComponent('hf://not/here')}`, {
    allow: [/404/],
  })
  const { page } = lab
  await page.getByText('Nothing here is called hf://not/here.').waitFor()
  await page.goto(`${url}/lab/models/test`)
  await page.getByText('sanjha run test').waitFor()
  await page.getByLabel('Search the header').fill('nothing')
  await page.getByText('0 of 1 entry').waitFor()
  await page.getByLabel('Search the header').fill('LLAMA')
  await page.getByText('1 of 1 entry').waitFor()
})

it('shows what it has when the catalogue fails, and says what failed when nothing came', async () => {
  await using lab = await openLab(browser, url, { allow: [/500|Failed to load/] })
  const { page } = lab
  const failure = { error: { code: 'internal', message: 'The disk is gone.', status: 500, retryable: false } }
  await page.route('**/sanjha/v1/catalog', (route) => route.fulfill({ status: 500, json: failure }))
  await page.goto(`${url}/lab/models`)
  await page.getByText('The catalogue could not be read').waitFor()
  await line(page, 'test').waitFor()
  await page.unroute('**/sanjha/v1/catalog')
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByText('The catalogue could not be read').waitFor({ state: 'detached' })

  await page.route('**/sanjha/v1/models', (route) => route.fulfill({ status: 500, json: failure }))
  await page.reload()
  await page.getByRole('alert').getByText('The disk is gone.').waitFor()
  await page.unroute('**/sanjha/v1/models')
  await page.route('**/sanjha/v1/models', (route) => route.abort())
  await page.reload()
  await page.getByRole('alert').getByText('Sanjha does not answer').waitFor()
  await page.unroute('**/sanjha/v1/models')
  await page.getByRole('button', { name: 'Try again' }).click()
  await line(page, 'test').waitFor()
})

it('has models of remote engines in the same list, and offers for them what can be done with them', async () => {
  Object.assign(server.sanjha, { remoteModels: async () => ['far/their-model'] })
  await using lab = await openLab(browser, `${url}/lab/models?where=remote`)
  const { page } = lab
  await page.getByText('1 model of 2').waitFor()
  await line(page, 'far/their-model').getByText('with far').waitFor()
  await page.getByRole('link', { name: 'far/their-model', exact: true }).click()
  await page.getByRole('heading', { level: 1, name: 'far/their-model' }).waitFor()
  expect(new URL(page.url()).pathname).toBe('/lab/models/far%2Ftheir-model')
  expect(await page.getByRole('link', { name: 'Chat', exact: true }).last().getAttribute('href')).toBe(
    '/lab/chat?model=far%2Ftheir-model',
  )
  expect(await page.getByRole('button', { name: 'Delete' }).count()).toBe(0)
  await page.getByRole('link', { name: 'Chat', exact: true }).last().click()
  await page.getByLabel('Message').waitFor()
  await expect.poll(() => page.getByRole('combobox', { name: /^Model/ }).inputValue()).toBe('far/their-model')
})

it('changes without being asked when something else changes the models', async () => {
  await using lab = await openLab(browser, `${url}/lab/models`)
  await line(lab.page, 'test').waitFor()
  await server.json('POST', '/sanjha/v1/models/pull', { model: 'twin' })
  await line(lab.page, 'twin').waitFor()
  await server.json('POST', '/sanjha/v1/loaded', { model: 'test' })
  await line(lab.page, 'test').getByText('in memory').waitFor()
})

it('begins with one click where there is no model', async () => {
  await models().remove('test')
  await using lab = await openLab(browser, `${url}/lab/models`)
  await lab.page.getByRole('heading', { name: 'No model is here yet' }).waitFor()
  await expectAccessible(lab.page)
  await lab.page.getByRole('button', { name: 'Get SmolLM2' }).click()
  await lab.page.getByRole('button', { name: 'Pull' }).click()
  await line(lab.page, 'smollm2').getByText('here', { exact: true }).waitFor()
})

it.each(['en', 'pa'] as const)('is accessible in %s in every state: both themes, narrow and wide', async (lang) => {
  models().known = [known('sure', 'a'.repeat(64)), known('unsure', null)]
  await server.json('POST', '/sanjha/v1/models/pull', { model: 'slow' })
  await server.json('POST', '/sanjha/v1/models/pull', { model: 'broken' })
  await server.json('POST', '/sanjha/v1/loaded', { model: 'test' })
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [320, 1280]) {
      await using lab = await openLab(browser, `${url}/lab/models?lang=${lang}`, {
        colorScheme,
        viewport: { width, height: 900 },
      })
      const { page } = lab
      const look = async (): Promise<void> => {
        await expectAccessible(page)
        await expectNoSideways(page)
      }
      await page.getByRole('progressbar').waitFor()
      await look()
      await page.goto(`${url}/lab/models?lang=${lang}&pull=sure`)
      await page.getByRole('dialog').locator('dl').waitFor()
      await look()
      await page.goto(`${url}/lab/models/test?lang=${lang}`)
      await page.locator('.models-metadata').waitFor()
      await look()
      await page.getByRole('button', { name: lang === 'en' ? 'Delete' : 'ਮਿਟਾਓ' }).click()
      await page.getByRole('alertdialog').locator('li').waitFor()
      await look()
    }
  }
})
