import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { testServer } from '../../src/server/testing/testServer.ts'
import { openBrowser } from '../support/browser.ts'
import { builtLab, openLab } from './labPage.ts'

// `node scripts/run.js test/lab/screenshots.ts [FOLDER]`: every page in both themes and languages, narrow and wide, to be looked at.
const target = process.argv[2] ?? join(import.meta.dirname, '..', '..', '.cache', 'screenshots')
const pages = ['chat', 'models', 'runs', 'settings', 'reference', 'welcome', 'nowhere']
const sizes = { wide: { width: 1280, height: 800 }, narrow: { width: 360, height: 740 } }

await mkdir(target, { recursive: true })
const browser = await openBrowser()
const server = testServer({ server: { labFolder: builtLab } })
try {
  const { url } = await server.server.listen({ port: 0 })
  for (const page of pages) {
    for (const language of ['en', 'pa']) {
      for (const colorScheme of ['light', 'dark'] as const) {
        for (const [size, viewport] of Object.entries(sizes)) {
          await using lab = await openLab(browser, `${url}/lab/${page}?lang=${language}`, { colorScheme, viewport })
          await lab.page.getByRole('heading', { level: 1 }).first().waitFor()
          await lab.page.evaluate(() => document.fonts.ready)
          await lab.page.waitForTimeout(500)
          await lab.page.screenshot({ path: join(target, `${page}-${language}-${colorScheme}-${size}.png`) })
        }
      }
    }
  }
  process.stdout.write(`${target}\n`)
} finally {
  await browser.close()
  await server.close()
}
