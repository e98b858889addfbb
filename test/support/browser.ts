import { createReadStream, createWriteStream, existsSync, readFileSync } from 'node:fs'
import { chmod, mkdir, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { createBrotliDecompress } from 'node:zlib'
import { type Browser, chromium } from 'playwright-core'
import { withFileLock } from '../../src/core/index.ts'

/**
 * The package's own list has `--single-process`, in which a second context ends the browser, and switches that take
 * away the very walls that the Lab's policy is tested against.
 */
const args = ['--no-sandbox', '--no-zygote', '--disable-gpu', '--font-render-hinting=none']

/** A real Chromium, from npm. `SANJHA_TEST_BROWSER` names another program, as on systems that the package is not for. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = process.env['SANJHA_TEST_BROWSER'] ?? (await unpacked())
  try {
    return await chromium.launch({ executablePath, args, headless: true })
  } catch (error) {
    throw new Error(
      `Chromium does not start: ${error instanceof Error ? error.message : String(error)}\n` +
        'It needs Linux on x64 or arm64 with libnss3 and libnspr4; or name a Chromium in SANJHA_TEST_BROWSER.',
      { cause: error },
    )
  }
}

/** Unpacks the program once per version; several test processes may ask at once, and any of them may be killed. */
async function unpacked(): Promise<string> {
  // The package lets nobody import its package.json; its entry lies in `build/`.
  const folder = join(dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))), '..')
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }
  const target = join(import.meta.dirname, '..', '..', '.cache', 'browser', version, 'chromium')
  if (existsSync(target)) return target
  await mkdir(dirname(target), { recursive: true })
  await withFileLock(`${target}.lock`, async () => {
    if (existsSync(target)) return
    const fresh = `${target}.${process.pid}`
    const packed = createReadStream(join(folder, 'bin', 'chromium.br'))
    await pipeline(packed, createBrotliDecompress(), createWriteStream(fresh))
    await chmod(fresh, 0o755)
    await rename(fresh, target)
  })
  return target
}
