import { readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { type MessageFormatElement, parse, TYPE } from '@formatjs/icu-messageformat-parser'
import type { Plugin } from 'vite'

/** The language that the others are held against. */
const reference = 'en'
const isMessages = /\/messages\/[a-z]{2}\.json$/

/** Parses catalogues of messages (ICU) while the Lab is built. A message that is missing or wrong in any language is an error. */
export function messages(): Plugin {
  return {
    name: 'sanjha-messages',
    enforce: 'pre',
    load(id) {
      const path = id.split('?')[0] as string
      if (!isMessages.test(path)) return null
      const folder = dirname(path)
      for (const file of readdirSync(folder)) this.addWatchFile(join(folder, file))
      const catalogues = readCatalogues(folder)
      const problems = findProblems(catalogues)
      if (problems.length > 0) this.error(`${folder}:\n  ${problems.join('\n  ')}`)
      const language = basename(path, '.json')
      const parsed = Object.entries(catalogues[language] ?? {}).map(([key, text]) => [key, parse(text)])
      return { code: `export default ${JSON.stringify(Object.fromEntries(parsed))}`, moduleType: 'js' }
    },
  }
}

export type Catalogues = Readonly<Record<string, Readonly<Record<string, string>>>>

export function readCatalogues(folder: string): Catalogues {
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'))
  return Object.fromEntries(
    files.map((file) => [basename(file, '.json'), JSON.parse(readFileSync(join(folder, file), 'utf8'))]),
  )
}

/** What is wrong in the catalogues of one folder, a line each. */
export function findProblems(catalogues: Catalogues): string[] {
  const original = catalogues[reference]
  if (original === undefined) return [`There is no ${reference}.json.`]
  return Object.entries(catalogues).flatMap(([language, texts]) => [
    ...Object.keys(original).flatMap((key) => (key in texts ? [] : [`${language}: “${key}” is missing.`])),
    ...Object.keys(texts).flatMap((key) => (key in original ? [] : [`${language}: “${key}” is not in ${reference}.`])),
    ...Object.entries(texts).flatMap(([key, text]) => checkMessage(language, key, text, original[key])),
  ])
}

function checkMessage(language: string, key: string, text: string, original: string | undefined): string[] {
  const say = (what: string): string[] => [`${language}: “${key}” ${what}`]
  if (text.trim() === '') return say('is empty.')
  let parsed: MessageFormatElement[]
  try {
    parsed = parse(text)
  } catch (error) {
    return say(`cannot be read: ${error instanceof Error ? error.message : String(error)}`)
  }
  const problems: string[] = []
  if (original !== undefined && original !== text) {
    const [here, there] = [argumentsOf(parsed), argumentsOf(parse(original))]
    if (here.join() !== there.join())
      problems.push(...say(`takes {${here.join(', ')}}, in ${reference} {${there.join(', ')}}.`))
  }
  const needed = new Intl.PluralRules(language).resolvedOptions().pluralCategories
  for (const categories of pluralsOf(parsed)) {
    const lacking = needed.filter((category) => !categories.includes(category))
    if (lacking.length > 0) problems.push(...say(`has no form for: ${lacking.join(', ')}.`))
  }
  return problems
}

/** Names of the values that a message takes, sorted. */
function argumentsOf(elements: readonly MessageFormatElement[]): string[] {
  const names = new Set<string>()
  visit(elements, (element) => {
    if (element.type !== TYPE.literal && element.type !== TYPE.pound) names.add(element.value)
  })
  return [...names].sort()
}

function pluralsOf(elements: readonly MessageFormatElement[]): string[][] {
  const found: string[][] = []
  visit(elements, (element) => {
    if (element.type === TYPE.plural) found.push(Object.keys(element.options))
  })
  return found
}

function visit(elements: readonly MessageFormatElement[], see: (element: MessageFormatElement) => void): void {
  for (const element of elements) {
    see(element)
    if (element.type === TYPE.plural || element.type === TYPE.select) {
      for (const { value } of Object.values(element.options)) visit(value, see)
    }
    if (element.type === TYPE.tag) visit(element.children, see)
  }
}
