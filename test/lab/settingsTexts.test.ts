import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readType } from '../../lab/src/pages/settings/readType.ts'
import { sectionOf } from '../../lab/src/pages/settings/sections.ts'
import { checks } from '../../src/app/doctor/checks.ts'
import { describeSettings } from '../../src/core/index.ts'

const folder = join(import.meta.dirname, '..', '..', 'lab', 'src', 'pages', 'settings', 'messages')
const catalogues = (['en', 'pa'] as const).map(
  (language) =>
    [language, JSON.parse(readFileSync(join(folder, `${language}.json`), 'utf8')) as Record<string, string>] as const,
)
const settings = describeSettings()
const namesIn = (texts: Record<string, string>, prefix: string): string[] =>
  Object.keys(texts)
    .filter((key) => key.startsWith(prefix))
    .map((key) => key.slice(prefix.length))
    .sort()

it.each(catalogues)('%s has a name and a meaning for every setting, and for nothing else', (_, texts) => {
  const keys = settings.map(({ key }) => key).sort()
  expect(namesIn(texts, 'settings.name.')).toEqual(keys)
  expect(namesIn(texts, 'settings.meaning.')).toEqual(keys)
})

it('a meaning in English is what the settings themselves say, so that a changed one is translated anew', () => {
  const [, english] = catalogues[0]!
  expect(settings.map(({ key }) => [key, english[`settings.meaning.${key}`]])).toEqual(
    settings.map(({ key, meaning }) => [key, meaning]),
  )
})

it('in Punjabi it stands in Gurmukhi, with the same code in it', () => {
  const [, english] = catalogues[0]!
  const [, punjabi] = catalogues[1]!
  const codeIn = (text: string | undefined): string[] =>
    [...(text ?? '').matchAll(/`[^`]+`/g)].map(([code]) => code).sort()
  for (const { key } of settings) {
    const name = `settings.meaning.${key}`
    expect(punjabi[name], key).toMatch(/[\u0A00-\u0A7F]{3}/)
    expect(codeIn(punjabi[name]), key).toEqual(codeIn(english[name]))
  }
})

it.each(catalogues)('%s has a title for everything the doctor checks', (_, texts) => {
  expect(namesIn(texts, 'settings.health.check.')).toEqual(checks.map(({ id }) => id).sort())
})

it('every setting has its section and a control of its kind; JSON is for lists of maps alone', () => {
  expect(settings.filter(({ key }) => sectionOf(key) === 'other')).toEqual([])
  const structures = settings.filter(({ type }) => readType(type).kind === 'structure').map(({ key }) => key)
  expect(structures.sort()).toEqual(['adapters', 'remotes', 'toolServers'])
})
