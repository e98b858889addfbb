import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { parameters } from '../../lab/src/pages/chat/settings/parameters.ts'
import { resolveSampling } from '../../src/engine/llama/native/sampling/settings.ts'
import { chatRequest } from '../../src/server/openai/chatRequest.ts'
import { type TestServer, testServer } from '../../src/server/testing/testServer.ts'
import { openBrowser } from '../support/browser.ts'
import { builtLab, expectAccessible, expectNoSideways, openLab } from './labPage.ts'

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
beforeEach(() => {
  server.engine.requests.length = 0
})

const titles = {
  en: { open: 'Settings', panel: 'Settings of the answers' },
  pa: { open: 'ਸੈਟਿੰਗਾਂ', panel: 'ਜਵਾਬਾਂ ਦੀਆਂ ਸੈਟਿੰਗਾਂ' },
}

/** Opens the panel, where it is not open already. */
async function openPanel(page: Page, lang: 'en' | 'pa' = 'en'): Promise<Locator> {
  const panel = page.getByRole('region', { name: titles[lang].panel })
  const button = page.getByRole('main').getByRole('button', { name: titles[lang].open, exact: true })
  await button.waitFor()
  if ((await button.getAttribute('aria-expanded')) !== 'true') await button.click()
  await panel.waitFor()
  return panel
}

/** Sends something, and gives what the engine was asked. */
async function send(page: Page): Promise<(typeof server.engine.requests)[number]> {
  const count = server.engine.requests.length
  await page.getByLabel('Message', { exact: true }).fill('Hello')
  await page.keyboard.press('Enter')
  await expect.poll(() => server.engine.requests.length).toBeGreaterThan(count)
  return server.engine.requests.at(-1)!
}

it('every parameter is one that the server takes, within the bounds that are shown', () => {
  const accepts = (name: string, value: unknown): boolean => {
    const messages = [{ role: 'user', content: 'Hi' }]
    const parsed = chatRequest.safeParse({ model: 'm', messages, mirostat: 1, dry_multiplier: 1, [name]: value })
    if (!parsed.success) return false
    try {
      resolveSampling(parsed.data.generate([], 0).sampling)
      return true
    } catch {
      return false
    }
  }
  for (const { name, kind, min, max, choices = [] } of parameters) {
    for (const value of [min, max, ...choices])
      if (value !== undefined) expect([name, value, accepts(name, value)]).toEqual([name, value, true])
    if (kind === 'lines') expect(accepts(name, ['a'])).toBe(true)
    if (kind === 'bias') expect(accepts(name, { 5: -100 })).toBe(true)
    // What is below is refused, or means nothing new: seeds wrap around, a top k of −1 is the same as 0.
    if (min !== undefined && !['seed', 'max_tokens', 'top_k'].includes(name))
      expect([name, accepts(name, min - 1)]).toEqual([name, false])
  }
  // A number that is shown as the default is the one that holds.
  const usual = resolveSampling({ dry: { multiplier: 1 }, xtc: { probability: 1 }, mirostat: { version: 1 } })
  const shown = Object.fromEntries(parameters.map(({ name, fallback }) => [name, fallback]))
  expect(shown).toMatchObject({
    temperature: usual.temperature,
    top_p: usual.topP,
    top_k: usual.topK,
    min_p: usual.minP,
    typical_p: usual.typicalP,
    repeat_penalty: usual.repeatPenalty,
    repeat_last_n: usual.repeatLastN,
    presence_penalty: usual.presencePenalty,
    frequency_penalty: usual.frequencyPenalty,
    dry_base: usual.dry?.base,
    dry_allowed_length: usual.dry?.allowedLength,
    dry_penalty_last_n: usual.dry?.lastN,
    xtc_threshold: usual.xtc?.threshold,
    mirostat_tau: usual.mirostat?.tau,
    mirostat_eta: usual.mirostat?.eta,
  })
})

it('what is chosen is what the engine is asked, also in the middle of a chat', async () => {
  await using lab = await openLab(browser, `${url}/lab/chat`, { viewport: { width: 1440, height: 900 } })
  const { page } = lab
  const panel = await openPanel(page)
  await panel.getByText('This model’s default: 0.2.').waitFor()
  await panel.getByLabel('System prompt', { exact: true }).fill('Answer in Punjabi.')
  await panel.getByLabel('Temperature', { exact: true }).fill('0,5')
  await panel.getByLabel('Seed', { exact: true }).fill('7')
  await panel.getByLabel('Stop texts').fill('END\n\\n\\n')
  await panel.getByText('Choice of words', { exact: true }).click()
  await panel.getByLabel('Top k', { exact: true }).fill('3')
  const first = await send(page)
  expect(first).toMatchObject({ sampling: { temperature: 0.5, seed: 7, topK: 3 }, stop: ['END', '\n\n'] })
  expect(JSON.stringify(first.input)).toContain('Answer in Punjabi.')
  // Another prompt and a default in mid-chat.
  const later = await openPanel(page)
  await later.getByLabel('System prompt', { exact: true }).fill('Answer in English.')
  await later.getByRole('button', { name: 'Temperature: back to default' }).click()
  expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('INPUT')
  await expect.poll(() => later.getByLabel('Temperature', { exact: true }).inputValue()).toBe('')
  const second = await send(page)
  expect(second.sampling).not.toHaveProperty('temperature', 0.5)
  expect(second.sampling).toMatchObject({ seed: 7, topK: 3 })
  expect(JSON.stringify(second.input)).toContain('Answer in English.')
  expect(JSON.stringify(second.input)).not.toContain('Answer in Punjabi.')
})

it('says what is wrong and what holds until it is corrected', async () => {
  await using lab = await openLab(browser, `${url}/lab/chat`, { viewport: { width: 1440, height: 900 } })
  const { page } = lab
  const panel = await openPanel(page)
  const field = panel.getByLabel('Temperature', { exact: true })
  await field.fill('0.4')
  await field.fill('warm')
  await panel.getByText('That is no number. Until it is corrected, answers use: 0.4.').waitFor()
  expect(await field.getAttribute('aria-invalid')).toBe('true')
  await expectAccessible(page)
  await field.fill('-1')
  await panel.getByText('That is outside of what is possible.').waitFor()
  await field.fill('0.9')
  await expect.poll(() => panel.getByRole('alert').count()).toBe(0)
  // The slider is the same value by another way.
  const slider = panel.getByLabel('Temperature: slider')
  expect(await slider.inputValue()).toBe('0.9')
  await slider.focus()
  await page.keyboard.press('ArrowRight')
  expect(await field.inputValue()).toBe('0.95')
  await panel.getByText('1 changed').waitFor()
  // One that needs another is there only with it.
  await panel.getByText('For special purposes', { exact: true }).click()
  expect(await panel.getByLabel('Mirostat target').count()).toBe(0)
  await panel.getByLabel('Mirostat', { exact: true }).fill('2')
  await panel.getByLabel('Mirostat target').fill('4')
  await panel.getByText('2 changed').waitFor()
  await panel.getByLabel('Mirostat', { exact: true }).fill('')
  expect(await panel.getByText('2 changed').count()).toBe(0)
  await panel.getByRole('button', { name: 'Everything back to defaults' }).click()
  await panel.getByText('Everything is as the model has it.').waitFor()
  expect(await field.inputValue()).toBe('')
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Everything back to defaults')
})

it('an answer can be made to follow a schema, which is checked while it is written', async () => {
  await using lab = await openLab(browser, `${url}/lab/chat`, { viewport: { width: 1440, height: 900 } })
  const { page } = lab
  const panel = await openPanel(page)
  await panel.getByLabel('JSON by a schema').check()
  const editor = panel.getByLabel('JSON Schema', { exact: true })
  await panel.getByText('This is a schema.').waitFor()
  await editor.fill('{')
  await panel.getByText('This is not JSON:').waitFor()
  await editor.fill('{"properties":{"a":{"type":"text"}}}')
  await panel.getByText('At /properties/a: “type” knows').waitFor()
  await expectAccessible(page)
  const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }
  await editor.fill(JSON.stringify(schema))
  await panel.getByRole('button', { name: 'Make an example' }).click()
  await panel.getByText('"city": "text"').waitFor()
  await panel.getByRole('button', { name: 'Tidy up' }).click()
  expect(await editor.inputValue()).toBe(JSON.stringify(schema, null, 2))
  expect((await send(page)).format).toMatchObject({ type: 'json-schema', schema })
})

it('keeps settings under a name, over a reload, and gives them up again', async () => {
  await using lab = await openLab(browser, `${url}/lab/chat`, { viewport: { width: 1440, height: 900 } })
  const { page } = lab
  let panel = await openPanel(page)
  await panel.getByLabel('Seed', { exact: true }).fill('11')
  await panel.getByLabel('Name for these settings').fill('ਪੱਕਾ')
  await page.keyboard.press('Enter')
  await panel.getByText('Saved as “ਪੱਕਾ”.').waitFor()
  await page.reload()
  panel = await openPanel(page)
  await panel.getByLabel('Seed', { exact: true }).fill('')
  await panel.getByRole('button', { name: 'Use' }).click()
  expect(await panel.getByLabel('Seed', { exact: true }).inputValue()).toBe('11')
  await expectAccessible(page)
  await panel.getByRole('button', { name: 'Delete' }).click()
  await panel.getByText('Delete “ਪੱਕਾ”?').waitFor()
  await panel.getByRole('button', { name: 'Keep it' }).click()
  await panel.getByRole('button', { name: 'Delete' }).click()
  await panel.getByRole('alert').getByRole('button', { name: 'Delete' }).click()
  await panel.getByText('None saved yet.').waitFor()
  // What cannot be read is not thrown away unasked.
  await page.evaluate(() => localStorage.setItem('sanjha.chatPresets', '{'))
  await page.reload()
  panel = await openPanel(page)
  await panel.getByText('cannot be read').waitFor()
  expect(await page.evaluate(() => localStorage.getItem('sanjha.chatPresets'))).toBe('{')
  await panel.getByRole('button', { name: 'Throw them away' }).click()
  await panel.getByText('None saved yet.').waitFor()
})

it.each(['en', 'pa'] as const)('is accessible in %s: both themes, narrow and wide', async (lang) => {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const width of [320, 1280]) {
      await using lab = await openLab(browser, `${url}/lab/chat?lang=${lang}`, {
        colorScheme,
        viewport: { width, height: 720 },
      })
      const { page } = lab
      const panel = await openPanel(page, lang)
      await panel.getByRole('radio').nth(1).check()
      await page.evaluate(() => {
        for (const each of document.querySelectorAll<HTMLDetailsElement>('.chat-settings details')) each.open = true
      })
      await expectAccessible(page)
      await expectNoSideways(page)
    }
  }
})
