import { readdirSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { run } from '../support/run.ts'

const root = join(import.meta.dirname, '..', '..')
const program = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs')

interface Report {
  readonly modules: readonly { readonly source: string }[]
  readonly summary: { readonly violations: readonly { readonly rule: { readonly name: string } }[] }
}

async function cruise(folder: string): Promise<Report> {
  const args = [program, 'src', 'lab/src', '--config', join(root, '.dependency-cruiser.cjs'), '--output-type', 'json']
  const { stdout, stderr } = await run(process.execPath, args, { cwd: folder })
  if (!stdout) throw new Error(stderr)
  return JSON.parse(stdout)
}

// With a compiler that it cannot use, dependency-cruiser looks at nothing and finds everything in order.
test('every source file is looked at', async () => {
  const { modules } = await cruise(root)
  const seen = new Set(modules.map(({ source }) => source))
  const sources = ['src', 'lab/src'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.tsx?$/.test(path))
      .map((path) => `${folder}/${path}`),
  )
  expect(sources.length).toBeGreaterThan(50)
  expect(sources.filter((path) => !seen.has(path))).toEqual([])
})

test('a wrong arrow, a way around a door, a cycle and a lost import are each found', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'sanjha-arrows-'))
  try {
    await cp(join(root, 'tsconfig.json'), join(folder, 'tsconfig.json'))
    const files: Record<string, string> = {
      'src/core/up.ts': `export { a } from '../models/index.ts'`,
      'src/core/lost.ts': `import './nowhere.ts'`,
      'src/models/index.ts': `export const a = 1`,
      'src/models/store/inner.ts': `export const b = 1`,
      'src/models/uses.ts': `export { c } from '../engine/index.ts'`,
      'src/engine/index.ts': `export const c = 1`,
      'src/engine/around.ts': `export { b } from '../models/store/inner.ts'`,
      'src/server/deep.ts': `export { d } from '../engine/llama/deep.ts'`,
      'src/engine/llama/deep.ts': `export const d = 1`,
      'lab/src/main.ts': `export { a } from '../../src/core/up.ts'`,
      'lab/src/pages/one/One.ts': `export { two } from '../two/Two.ts'`,
      'lab/src/pages/two/Two.ts': `export const two = 2`,
      'lab/src/parts/wide.ts': `export { two } from '../pages/two/Two.ts'`,
      'src/runs/one.ts': `import { two } from './two.ts'\nexport const one = () => two`,
      'src/runs/two.ts': `import { one } from './one.ts'\nexport const two = () => one`,
    }
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), content)
    }
    const { summary } = await cruise(folder)
    expect(new Set(summary.violations.map(({ rule }) => rule.name))).toEqual(
      new Set([
        'arrows-core',
        'arrows-models',
        'door-models',
        'door-engine',
        'surfaces-know-no-engine',
        'lab-apart',
        'pages-apart',
        'parts-below-pages',
        'no-cycles',
        'no-unresolvable',
      ]),
    )
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
