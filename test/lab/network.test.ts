import { cp, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type TestServer, testServer } from '../../src/server/testing/testServer.ts'
import { openBrowser } from '../support/browser.ts'
import { builtLab, expectAccessible, openLab } from './labPage.ts'

/** What the browser itself says of a cut or of a file that is gone. */
const cuts = [/ERR_|Failed to load resource|preload/]
/** A bad mobile connection: 400 kbit/s, and nearly half a second for each way there and back. */
const slow = { offline: false, latency: 400, downloadThroughput: 50_000, uploadThroughput: 50_000 }

let browser: Browser
let server: TestServer
let url: string
/** The same Lab as another build would be: every file has another name. */
let otherBuild: string
beforeAll(async () => {
  browser = await openBrowser()
  ;({ server, url } = await startServer())
  otherBuild = await renamedBuild()
})
afterAll(async () => {
  await browser?.close()
  await server?.close()
  if (otherBuild !== undefined) await rm(otherBuild, { recursive: true })
})

describe('a slow connection', () => {
  it('says at once that something comes, and then it comes', async () => {
    await using lab = await openBlank()
    const { page, network } = lab
    await set(network, slow)
    await page.goto(`${url}/lab/chat`, { waitUntil: 'commit' })
    await page.getByText('The Lab is loading …').waitFor()
    await page.getByText('ਲੈਬ ਲੋਡ ਹੋ ਰਹੀ ਹੈ …').waitFor()
    await page.getByRole('textbox', { name: 'Message' }).waitFor()
    expect(await page.getByText('The Lab is loading').count()).toBe(0)
  })

  it('moves to another page at once, and says that it loads', async () => {
    await using lab = await openBlank()
    const { page, network } = lab
    await page.goto(`${url}/lab/runs`)
    await page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor()
    await set(network, slow)
    await go(page, 'Reference')
    await page.locator('main').getByText('Loading …').first().waitFor()
    await page.getByRole('heading', { level: 1, name: 'Reference' }).waitFor()
    await page.getByRole('searchbox').first().fill('pull')
  })
})

describe('without a connection', () => {
  it('keeps what is shown, says what is not there, and comes back by itself', async () => {
    await using way = await startWay(url)
    await using lab = await openBlank()
    const { page } = lab
    await page.goto(`${way.url}/lab/models`)
    await page.getByRole('button', { name: 'Connected' }).waitFor()
    await page.getByRole('row', { name: /test/ }).first().waitFor()
    way.cut()
    await page.getByRole('button', { name: /Connecting again|does not answer/ }).waitFor()
    expect(await page.getByRole('row', { name: /test/ }).first().isVisible()).toBe(true)
    // A page whose code was never fetched.
    await go(page, 'Reference')
    const trouble = page.getByRole('alert').getByRole('heading', { name: 'Sanjha does not answer' })
    await trouble.waitFor()
    await expectAccessible(page)
    way.mend()
    await page.getByRole('heading', { level: 1, name: 'Reference' }).waitFor()
    await page.getByRole('button', { name: 'Connected' }).waitFor()
    expect(await trouble.count()).toBe(0)
  })

  it('a page that is open asks again by itself for what it could not get', async () => {
    await using way = await startWay(url)
    await using lab = await openBlank()
    const { page } = lab
    await page.goto(`${way.url}/lab/models`)
    await page.getByRole('row', { name: /test/ }).first().waitFor()
    await go(page, 'Runs')
    await page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor()
    await go(page, 'Models')
    await page.getByRole('button', { name: 'Connected' }).waitFor()
    way.cut()
    await page.getByRole('button', { name: /Connecting again|does not answer/ }).waitFor()
    const { id } = server.sanjha.runs.start('pull', { model: 'told-to-nobody' })
    await server.sanjha.runs.wait(id)
    await go(page, 'Runs')
    way.mend()
    await page.getByRole('link', { name: 'Fetch told-to-nobody' }).waitFor()
  })
})

describe('a server that has other files than the page', () => {
  it('in the middle: says so where a page does not come, and offers to load the Lab again', async () => {
    const first = await startServer()
    // axe looks for what a style sheet says that did not come.
    const allow = [...cuts, /apply(ing)? (inline )?style/i]
    await using lab = await openLab(browser, `${first.url}/lab/runs`, { allow })
    const { page } = lab
    await page.getByRole('button', { name: 'Connected' }).waitFor()
    await first.server.close()
    const second = await startServer({ port: first.port, labFolder: otherBuild, version: '9.9.9' })
    try {
      await page.getByText('Sanjha is now version 9.9.9').waitFor()
      await go(page, 'Settings')
      const trouble = page.getByRole('alert').filter({ hasText: 'This page could not be loaded' })
      await trouble.waitFor()
      await expectAccessible(page)
      await trouble.getByRole('button', { name: 'Reload' }).click()
      await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
    } finally {
      await second.server.close()
    }
  })

  it('from the beginning: a page that something kept says that its files are gone', async () => {
    const { server: other, url: address } = await startServer({ labFolder: otherBuild })
    try {
      await using lab = await openBlank()
      const { page } = lab
      const old = await readFile(join(builtLab, 'index.html'), 'utf8')
      await page.route('**/lab/chat', (route) => route.fulfill({ contentType: 'text/html', body: old }), { times: 1 })
      // Not until everything is there: it never will be.
      await page.goto(`${address}/lab/chat`, { waitUntil: 'commit' })
      await page.getByText('its files may be gone').waitFor()
      await page.getByRole('link', { name: 'Load it again' }).click()
      await page.getByRole('textbox', { name: 'Message' }).waitFor()
    } finally {
      await other.close()
    }
  })

  it('says so too where only the code is gone, after a while', async () => {
    await using lab = await openBlank()
    const { page } = lab
    await page.route('**/assets/index-*.js', (route) => route.fulfill({ status: 404 }), { times: 1 })
    await page.goto(`${url}/lab/runs`)
    await page.getByText('The Lab is loading …').waitFor()
    expect(await page.getByText('its files may be gone').isVisible()).toBe(false)
    await page.getByText('its files may be gone').waitFor()
    await page.getByRole('link', { name: 'Load it again' }).click()
    await page.getByRole('heading', { level: 1, name: 'Runs' }).waitFor()
  })
})

it('a page that breaks says so, and the others are still there', async () => {
  await using lab = await openLab(browser, `${url}/lab/reference`, { allow: [/./] })
  const { page } = lab
  await page.getByRole('heading', { level: 1, name: 'Reference' }).waitFor()
  // Nothing of ours answers so.
  await page.route('**/sanjha/v1/runs?*', (route) => route.fulfill({ json: { runs: [null] } }))
  await go(page, 'Runs')
  await page.getByRole('heading', { name: 'This page broke' }).waitFor()
  await expectAccessible(page)
  await go(page, 'Settings')
  await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
  await go(page, 'Runs')
  await page.unroute('**/sanjha/v1/runs?*')
  await page.getByRole('button', { name: 'Reload' }).click()
  await page.getByRole('link', { name: 'Fetch told-to-nobody' }).waitFor()
})

/** A page before its first load, and the switch of its network. */
async function openBlank(): Promise<AsyncDisposable & { page: Page; network: CDPSession }> {
  const lab = await browser.newContext({ locale: 'en-GB', reducedMotion: 'reduce' })
  const errors: string[] = []
  lab.on('weberror', (error) => errors.push(error.error().message))
  const page = await lab.newPage()
  const network = await lab.newCDPSession(page)
  await network.send('Network.enable')
  return {
    page,
    network,
    [Symbol.asyncDispose]: async () => {
      await lab.close()
      expect(errors).toEqual([])
    },
  }
}

async function set(network: CDPSession, conditions: typeof slow): Promise<void> {
  await network.send('Network.emulateNetworkConditions', conditions)
}

interface Way extends AsyncDisposable {
  readonly url: string
  cut(): void
  mend(): void
}

/** A way to the server that can be cut, also under what is just going over it, which Chromium’s own switch cannot do. */
async function startWay(to: string): Promise<Way> {
  const { hostname, port } = new URL(to)
  const sockets = new Set<Socket>()
  let isCut = false
  const server = createServer((client) => {
    if (isCut) return void client.destroy()
    const upstream = connect(Number(port), hostname)
    for (const [from, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(from)
      from.pipe(other)
      from.on('error', () => undefined)
      from.on('close', () => {
        sockets.delete(from)
        other.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const cut = (): void => {
    isCut = true
    for (const socket of sockets) socket.destroy()
  }
  return {
    url: `http://127.0.0.1:${address.port}`,
    cut,
    mend: () => {
      isCut = false
    },
    [Symbol.asyncDispose]: async () => {
      cut()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Follows the navigation; other places may have links of the same name. */
async function go(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name, exact: true }).click()
}

async function startServer(
  options: { port?: number; labFolder?: string; version?: string } = {},
): Promise<{ server: TestServer; url: string; port: number }> {
  const { port = 0, labFolder = builtLab, version } = options
  const started = testServer({ server: { labFolder } })
  if (version !== undefined) Object.assign(started.sanjha, { version })
  const listening = await started.server.listen({ port })
  return { server: started, url: listening.url, port: Number(new URL(listening.url).port) }
}

async function renamedBuild(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sanjha-other-lab-'))
  await cp(builtLab, folder, { recursive: true })
  const assets = join(folder, 'assets')
  const names = await readdir(assets)
  const renamed = new Map(names.map((name) => [name, name.replace(/.{4}(\.\w+)$/, 'else$1')]))
  const texts = [join(folder, 'index.html'), ...names.filter((n) => /\.(js|css)$/.test(n)).map((n) => join(assets, n))]
  for (const path of texts) {
    let text = await readFile(path, 'utf8')
    for (const [name, other] of renamed) {
      // Without their ending too, as some are put together.
      const stem = name.slice(0, -extname(name).length)
      text = text.replaceAll(stem, other.slice(0, -extname(other).length))
    }
    await writeFile(path, text)
  }
  for (const [name, other] of renamed) await rename(join(assets, name), join(assets, other))
  return folder
}
