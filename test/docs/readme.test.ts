import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const root = join(import.meta.dirname, '..', '..')
const english = readFileSync(join(root, 'README.md'), 'utf8')
const punjabi = readFileSync(join(root, 'README.pa.md'), 'utf8')

interface Outline {
  /** `##` and so on, in their order. */
  readonly levels: readonly string[]
  /** Blocks of code, each with the comment before it that says how it is tested. */
  readonly blocks: readonly string[]
  /** Code within sentences, whose order is another in another language. */
  readonly code: readonly string[]
  /** Where its links lead, the one to the other language aside. */
  readonly links: readonly string[]
}

function outline(page: string): Outline {
  const blocks = page.match(/^(?:<!--[^\n]*-->\n)?```[\s\S]*?^```$/gm) ?? []
  const prose = blocks.reduce((text, block) => text.replace(block, ''), page)
  return {
    levels: prose.match(/^#+(?= )/gm) ?? [],
    blocks,
    code: (prose.match(/`[^`\n]+`/g) ?? []).sort(),
    links: [...prose.matchAll(/\]\(([^)]+)\)/g)]
      .map(([, target]) => target as string)
      .filter((target) => !/^README(\.pa)?\.md$/.test(target))
      .sort(),
  }
}

describe('README.pa.md says what README.md says', () => {
  it.each(['levels', 'blocks', 'code', 'links'] as const)('%s', (part) => {
    expect(outline(english)[part].length).toBeGreaterThan(3)
    expect(outline(punjabi)[part]).toEqual(outline(english)[part])
  })

  it('in Punjabi, paragraph for paragraph', () => {
    const paragraphs = punjabi
      .replaceAll(/^```[\s\S]*?^```$/gm, '')
      .split(/\n{2,}|\n(?=-|#)/)
      .filter((paragraph) => /\p{L}/u.test(paragraph) && !/^(<!--|\[In English\])/.test(paragraph))
    expect(paragraphs.length).toBeGreaterThan(15)
    expect(paragraphs.filter((paragraph) => !/[\u0A00-\u0A7F]{2}/.test(paragraph))).toEqual([])
  })

  it('and each leads to the other', () => {
    expect(english).toContain('](README.pa.md)')
    expect(punjabi).toContain('](README.md)')
  })
})
