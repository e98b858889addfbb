import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { openSanjha, type Sanjha } from '../../src/app/index.ts'
import { hashApiKey, resolvePaths } from '../../src/core/index.ts'
import { createServer, type Server } from '../../src/server/index.ts'
import { type TestServer, testServer } from '../../src/server/testing/testServer.ts'
import { openBrowser } from '../support/browser.ts'
import { builtLab, expectAccessible, expectNoSideways, openLab } from './labPage.ts'

const remoteKey = 'a-key-of-the-engine-elsewhere'
const hubToken = 'hf_a-token-that-nobody-sees'

let browser: Browser
/** Another Sanjha, which wants a key: the engine elsewhere. */
let elsewhere: TestServer
let elsewhereUrl: string
beforeAll(async () => {
  browser = await openBrowser()
  elsewhere = testServer({ settings: { apiKeys: [hashApiKey(remoteKey)] } })
  elsewhereUrl = (await elsewhere.server.listen({ port: 0 })).url
})
afterAll(async () => {
  await browser?.close()
  await elsewhere?.close()
})

let home: string
let file: string
let sanjha: Sanjha
let server: Server
let url: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'sanjha-settings-'))
  file = resolvePaths({ SANJHA_HOME: home }).configFile
})
afterEach(async () => {
  await server?.close(0)
  await sanjha?.close()
  await rm(home, { recursive: true, force: true })
})

/** A real Sanjha on a home of its own, with this configuration. */
async function start(config = '', env: Record<string, string> = {}): Promise<void> {
  await mkdir(join(home, 'config'), { recursive: true })
  await writeFile(file, config)
  sanjha = await openSanjha({
    env: { SANJHA_HOME: home, HF_ENDPOINT: 'http://127.0.0.1:9', SANJHA_OFFLINE: '1', HF_TOKEN: hubToken, ...env },
    cwd: home,
    flags: [{ flag: '--port', key: 'server.port', value: 0 }],
  })
  server = createServer(sanjha, { labFolder: builtLab })
  url = (await server.listen({ port: 0 })).url
}

const row = (page: Page, name: string): Locator => page.getByRole('article', { name, exact: true })
const written = (): Promise<string> => readFile(file, 'utf8')

it('shows of every setting its value, meaning and origin, and of secrets nothing', async () => {
  await start('engine:\n  keepAlive: 1h30m\n', { SANJHA_ENGINE_SLOTS: '3' })
  await using lab = await openLab(browser, `${url}/lab/settings/engine`)
  const keepAlive = row(lab.page, 'Keep models loaded')
  await keepAlive.getByText('How long a model stays loaded after its last request').waitFor()
  await keepAlive.getByText(`From your file ${file}, line 2.`).waitFor()
  expect(await keepAlive.getByRole('textbox').inputValue()).toBe('90')
  const slots = row(lab.page, 'Requests for one model')
  await slots.getByText('From the environment variable SANJHA_ENGINE_SLOTS.').waitFor()
  expect(await slots.locator('input, select, textarea').count()).toBe(0)
  await keepAlive.getByText('More about it').click()
  await keepAlive.getByText('sanjha config set engine.keepAlive 1h30m').waitFor()
  await keepAlive.getByText('SANJHA_ENGINE_KEEP_ALIVE').waitFor()

  await lab.page.getByRole('navigation', { name: 'Sections of the settings' }).getByText('Network').click()
  await row(lab.page, 'Hub token').getByText('Set', { exact: true }).waitFor()
  await lab.page.goto(`${url}/lab/settings/server`)
  await row(lab.page, 'Port').getByText('From --port on the command line.').waitFor()
  await lab.page.getByText('sanjha serve --api-key-file key.txt').waitFor()
  expect(await lab.page.content()).not.toContain(hubToken)
})

it('changes a number, a duration, a switch and a choice in the file, and says that a restart is needed', async () => {
  await start('# mine\nengine:\n  keepAlive: 5m # long\n')
  await using lab = await openLab(browser, `${url}/lab/settings/engine`)
  const { page } = lab
  const keepAlive = row(page, 'Keep models loaded')
  await keepAlive.getByRole('textbox').fill('20')
  await keepAlive.getByRole('button', { name: 'Save' }).click()
  await keepAlive.getByText('Saved; it applies after a restart.').waitFor()
  expect(await written()).toBe('# mine\nengine:\n  keepAlive: 20m # long\n')
  await page.getByRole('region', { name: '1 change waits for a restart' }).getByText('engine.keepAlive').waitFor()

  const speculative = row(page, 'Speculative decoding').getByRole('switch')
  await speculative.click()
  await page.getByRole('heading', { name: '2 changes wait for a restart' }).waitFor()
  expect(await speculative.isChecked()).toBe(false)
  expect(await written()).toContain('speculative: false')

  await row(page, 'Storage of the context').getByRole('combobox').selectOption('q8_0')
  await page.getByRole('heading', { name: '3 changes wait for a restart' }).waitFor()
  expect(await written()).toContain('kvType: q8_0')

  const loaded = row(page, 'Loaded models')
  await loaded.getByRole('combobox').selectOption({ label: 'My own value' })
  await loaded.getByRole('spinbutton').fill('2')
  await loaded.getByRole('spinbutton').press('Enter')
  await loaded.getByText('Saved; it applies after a restart.').waitFor()
  expect(await written()).toContain('maxLoaded: 2')

  await keepAlive.getByRole('button', { name: 'Back to the default' }).click()
  await keepAlive.getByText('The default.').waitFor()
  expect(await written()).not.toContain('keepAlive')
  expect(await keepAlive.getByRole('textbox').inputValue()).toBe('5')
})

it('a wrong value changes nothing, and is said beside the field in the server’s words', async () => {
  await start('engine:\n  keepAlive: 5m\n')
  for (const lang of ['en', 'pa'] as const) {
    await using lab = await openLab(browser, `${url}/lab/settings/server?lang=${lang}`, { allow: [/400/] })
    const timeout = lab.page.locator('article', { has: lab.page.getByText('server.requestTimeout', { exact: true }) })
    const field = timeout.getByRole('textbox')
    await field.fill('soon')
    await field.press('Enter')
    const alert = timeout.getByRole('alert')
    await alert.getByText('"server.requestTimeout" takes a duration').waitFor()
    expect(await alert.textContent()).toMatch(lang === 'en' ? /^"server/ : /[\u0A00-\u0A7F]{3}/)
    expect(await field.getAttribute('aria-invalid')).toBe('true')
    expect(await field.getAttribute('aria-describedby')).toContain(await alert.getAttribute('id'))
    expect(await written()).toBe('engine:\n  keepAlive: 5m\n')
    await expectAccessible(lab.page)
    await field.press('Escape')
    expect(await field.inputValue()).toBe('10')
    expect(await timeout.getByRole('alert').count()).toBe(0)
  }
})

it('what another program writes into the file is shown', async () => {
  await start()
  await using lab = await openLab(browser, `${url}/lab/settings/engine`)
  const storage = row(lab.page, 'Storage of the context').getByRole('combobox')
  await storage.waitFor()
  await writeFile(file, 'engine:\n  kvType: q8_0\n')
  await expect.poll(() => storage.inputValue()).toBe('q8_0')
})

it('finds settings by words, keys and variables; what is found and what is asked is in the address', async () => {
  await start()
  await using lab = await openLab(browser, `${url}/lab/settings/server`)
  const { page } = lab
  await page.getByRole('searchbox').fill('SANJHA_ENGINE_KEEP_ALIVE')
  await row(page, 'Keep models loaded').waitFor()
  expect(new URL(page.url()).search).toBe('?q=SANJHA_ENGINE_KEEP_ALIVE')
  expect(await page.getByRole('article').count()).toBe(1)
  await page.getByRole('searchbox').fill('theme')
  await page.getByRole('link', { name: 'Appearance' }).nth(1).click()
  await page.getByRole('group', { name: 'Theme' }).waitFor()
  expect(new URL(page.url()).pathname).toBe('/lab/settings/appearance')

  await page.goto(`${url}/lab/settings/server?q=qqqq`)
  await page.getByRole('heading', { name: 'Nothing found' }).waitFor()
  await expectAccessible(page)
  await page.getByRole('button', { name: 'Show everything again' }).click()
  await row(page, 'Port').waitFor()
  await page.goto(`${url}/lab/settings/nowhere`)
  await page.getByRole('heading', { name: 'There is no such section' }).waitFor()

  await page.goto(`${url}/lab/settings/engine?q=ਮੈਮੋਰੀ&lang=pa`)
  await row(page, 'ਮਾਡਲਾਂ ਲਈ ਮੈਮੋਰੀ').waitFor()
})

it('adds an engine elsewhere after saying what is wrong with it, shows its models, and removes it', async () => {
  await start()
  await using lab = await openLab(browser, `${url}/lab/settings/remotes`, { allow: [/409|400/] })
  const { page } = lab
  const form = page.getByRole('form', { name: 'Add an engine' })
  const test = form.getByRole('button', { name: 'Test' })
  await form.getByLabel('Name').fill('team')

  for (const [address, key, says] of [
    ['http://127.0.0.1:9/v1', '', /127\.0\.0\.1:9/],
    [`${elsewhereUrl}/v1`, '', /wants a key/],
    [`${elsewhereUrl}/v1`, 'wrong', /refuses the key/],
    [`${elsewhereUrl}/nothing/v1`, remoteKey, /no OpenAI API/],
  ] as const) {
    await form.getByLabel('Base URL').fill(address)
    await form.getByLabel('Key').fill(key)
    await test.click()
    await form.getByRole('alert').getByText(says).waitFor()
  }
  expect(await written()).toBe('')

  await form.getByLabel('Base URL').fill(`${elsewhereUrl}/v1`)
  await form.getByLabel('Key').fill(remoteKey)
  await test.click()
  await form.getByText('It works: 1 model').waitFor()
  await form.getByRole('button', { name: 'Add', exact: true }).click()
  await page.getByText('team was added').first().waitFor()
  expect(await form.getByLabel('Key').inputValue()).toBe('')
  expect(await written()).toContain('name: team')
  expect(await written()).not.toContain(remoteKey)
  const keyFile = join(home, 'config', 'remote-keys', 'team')
  expect(await readFile(keyFile, 'utf8')).toBe(`${remoteKey}\n`)
  expect((await stat(keyFile)).mode & 0o777).toBe(0o600)
  expect(await page.content()).not.toContain(remoteKey)

  const models = (await (await fetch(`${url}/v1/models`)).json()) as { data: { id: string }[] }
  expect(models.data.map(({ id }) => id)).toContain('team/test')
  await page.goto(`${url}/lab/models`)
  await page.getByText('team/test').first().waitFor()

  await page.goto(`${url}/lab/settings/remotes`)
  await page.getByRole('button', { name: 'Test team' }).click()
  await page.getByText('It works: 1 model').waitFor()
  await form.getByLabel('Name').fill('Team')
  await form.getByLabel('Base URL').fill(`${elsewhereUrl}/v1`)
  await form.getByLabel('Base URL').press('Enter')
  await form.getByRole('alert').getByText('There is a remote engine called').waitFor()

  const remove = page.getByRole('button', { name: 'Remove team' })
  await remove.click()
  const dialog = page.getByRole('alertdialog', { name: 'Remove team?' })
  await expectAccessible(page)
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  await expect.poll(() => remove.evaluate((button) => button === document.activeElement)).toBe(true)
  await remove.click()
  await dialog.getByRole('button', { name: 'Remove' }).click()
  await page.getByText('None yet.').waitFor()
  await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe('Engines you have added')
  expect(await written()).not.toContain('team')
  await expect(stat(keyFile)).rejects.toMatchObject({ code: 'ENOENT' })
})

it('by keyboard alone: finds a setting, changes it, is not thrown out of it', async () => {
  await start()
  await using lab = await openLab(browser, `${url}/lab/settings/engine`)
  const { page } = lab
  await row(page, 'Keep models loaded').waitFor()
  await page.getByRole('searchbox').focus()
  await page.keyboard.type('keepAlive')
  await expect.poll(() => page.getByRole('article').count()).toBe(1)
  const field = row(page, 'Keep models loaded').getByRole('textbox')
  const isFocused = (): Promise<boolean> => field.evaluate((element) => element === document.activeElement)
  for (let presses = 0; presses < 40 && !(await isFocused()); presses++) await page.keyboard.press('Tab')
  expect(await isFocused()).toBe(true)
  await page.keyboard.press('Control+A')
  await page.keyboard.type('7')
  await page.keyboard.press('Enter')
  await row(page, 'Keep models loaded').getByText('Saved; it applies after a restart.').waitFor()
  expect(await written()).toContain('keepAlive: 7m')
  await expect.poll(isFocused).toBe(true)
  await page.keyboard.press('Tab')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  await row(page, 'Keep models loaded').getByText('The default.').waitFor()
  await expect.poll(isFocused).toBe(true)
})

it('theme, density and language are chosen here too, and the choice keeps the keyboard', async () => {
  await start()
  await using lab = await openLab(browser, `${url}/lab/settings`)
  const { page } = lab
  await page.getByRole('radio', { name: 'Dark' }).check()
  await page.getByRole('radio', { name: 'Compact' }).check()
  expect(
    await page.evaluate(() => [
      document.documentElement.classList.contains('pf-v6-theme-dark'),
      document.documentElement.dataset['density'],
    ]),
  ).toEqual([true, 'compact'])
  const punjabi = page.getByRole('radio', { name: 'ਪੰਜਾਬੀ' })
  await punjabi.focus()
  await page.keyboard.press('Space')
  await page.getByRole('heading', { level: 1, name: 'ਸੈਟਿੰਗਾਂ' }).waitFor()
  expect(await punjabi.evaluate((radio) => radio === document.activeElement)).toBe(true)
})

it('health says what is wrong and what to do; a misspelt variable is named', async () => {
  await start('', { SANJHA_ENGIN_SLOTS: '2', SANJHA_OFFLINE: '1' })
  await using lab = await openLab(browser, `${url}/lab/settings/health`)
  const { page } = lab
  await page.getByText('did you mean SANJHA_ENGINE_SLOTS?').waitFor()
  const hub = page.getByRole('listitem').filter({ has: page.getByRole('heading', { name: 'Model hub' }) })
  await hub.getByText('Not checked').waitFor()
  await page.getByRole('heading', { name: 'Node.js' }).waitFor()
  await page.getByRole('button', { name: 'Check again' }).click()
  await page.getByText(/All is well|need/).waitFor()
})

it('says which version this is and where things are', async () => {
  await start()
  await using lab = await openLab(browser, `${url}/lab/settings/about`)
  await lab.page.getByText(sanjha.version, { exact: true }).waitFor()
  await lab.page.getByText('Apache-2.0').waitFor()
  for (const path of [file, sanjha.paths.data, sanjha.paths.logs, sanjha.paths.cache]) {
    await lab.page.getByText(path, { exact: true }).waitFor()
  }
})

it('says so while nothing answers, and goes on by itself afterwards', async () => {
  await start()
  await using lab = await openLab(browser, `${url}/lab/settings/engine`, { allow: [/ERR_|Failed to load/] })
  const { page } = lab
  const storage = row(page, 'Storage of the context').getByRole('combobox')
  await storage.waitFor()
  await page.route('**/sanjha/v1/**', (route) => route.abort())
  await storage.selectOption('q8_0')
  await row(page, 'Storage of the context').getByRole('alert').getByText('nothing was changed').waitFor()
  expect(await storage.inputValue()).toBe('f16')
  await page.unroute('**/sanjha/v1/**')
  await storage.selectOption('q4_0')
  await page.getByText('Saved').first().waitFor()
  expect(await written()).toContain('kvType: q4_0')

  await page.route('**/sanjha/v1/settings', (route) => route.abort())
  await page.reload()
  await page.getByRole('heading', { name: 'Sanjha does not answer' }).waitFor()
  await expectAccessible(page)
  await page.unroute('**/sanjha/v1/settings')
  await page.getByRole('button', { name: 'Try again' }).click()
  await storage.waitFor()
})

it.each(['en', 'pa'] as const)('is accessible in %s: both themes, narrow and wide', async (lang) => {
  await start(`remotes:\n  - name: team\n    baseUrl: ${elsewhereUrl}/v1\nengine: { maxLoaded: 2 }\n`)
  await fetch(`${url}/sanjha/v1/settings/engine.maxLoaded`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: '{"value":3}',
  })
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [320, 1280]) {
      await using lab = await openLab(browser, `${url}/lab/settings?lang=${lang}`, {
        colorScheme,
        viewport: { width, height: 720 },
      })
      const { page } = lab
      for (const section of ['appearance', 'engine', 'remotes', 'health', 'about']) {
        await page.goto(`${url}/lab/settings/${section}`)
        await page.getByRole('heading', { level: 2 }).last().waitFor()
        await page.locator('.card, .settings-row').first().waitFor()
        // With everything open that can be opened.
        for (const summary of await page.locator('.settings-more > summary').all()) await summary.click()
        await expectAccessible(page)
        await expectNoSideways(page)
      }
    }
  }
})
