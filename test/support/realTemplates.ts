import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Real chat templates of model makers, to test with. They are other people's files, so they are not kept here: the npm
 * package below carries llama.cpp's repository as a git bundle, and that holds them. It is fetched once, through npm and
 * whatever registry npm is configured for.
 */
const source = {
  package: 'node-llama-cpp@3.22.1',
  integrity: 'sha512-bltIipuWmc123H7tMIgDGKSsSrhmhlQYeVUC48XTjVW7XGJJiJJyCdlTMzQ/LiWoPkGDpcL4FviDpgw7qfTiDw==',
  bundle: 'package/llama/gitRelease.bundle',
  folder: 'models/templates',
}

const cache = fileURLToPath(new URL('../../.cache/templates/', import.meta.url))
const repository = join(cache, `${source.package}.git`)

function fetchRepository(): void {
  if (existsSync(repository)) return
  mkdirSync(cache, { recursive: true })
  const work = mkdtempSync(join(cache, 'fetch-'))
  try {
    const packed = execFileSync('npm', ['pack', source.package, '--json', '--pack-destination', work], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    })
    const { filename } = (JSON.parse(packed) as [{ filename: string }])[0]
    const archive = join(work, filename)
    const integrity = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`
    if (integrity !== source.integrity) {
      throw new Error(`${source.package} is not the package these tests were written for: ${integrity}`)
    }
    execFileSync('tar', ['-xzf', archive, '-C', work, source.bundle])
    execFileSync('git', ['clone', '--quiet', '--bare', join(work, source.bundle), join(work, 'bare.git')])
    try {
      renameSync(join(work, 'bare.git'), repository)
    } catch (error) {
      // Another test process was faster.
      if (!existsSync(repository)) throw error
    }
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}

const git = (...args: string[]): string =>
  execFileSync('git', ['-C', repository, ...args], { encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 })

/** Names of all templates there are, without `.jinja`. */
export function realTemplateNames(): string[] {
  fetchRepository()
  return git('ls-tree', '--name-only', 'HEAD', `${source.folder}/`)
    .split('\n')
    .filter((path) => path.endsWith('.jinja'))
    .map((path) => path.slice(source.folder.length + 1, -'.jinja'.length))
}

/** A template's text by its name, such as `Qwen-Qwen3-0.6B`. */
export function realTemplate(name: string): string {
  fetchRepository()
  return git('show', `HEAD:${source.folder}/${name}.jinja`)
}
