import type { HttpOrigin } from '../../download/index.ts'
import { parseJson, unexpectedAnswer } from '../requestText.ts'

/** One file of a package, as an index lists it. */
export interface IndexFile {
  readonly filename: string
  readonly url: string
  /** Hex digits, or null. */
  readonly sha256: string | null
  readonly size: number | null
  readonly yanked: boolean
}

/** What we ask for: JSON (PEP 691), else HTML (PEP 503). */
export const simpleAccept =
  'application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1'

/** Reads a project page in either form. `base` is the page's address, against which links are resolved. */
export function parseProjectPage(text: string, contentType: string, base: string, origin: HttpOrigin): IndexFile[] {
  if (!/json/i.test(contentType)) return parseHtml(text, base)
  const page = parseJson(text, origin) as { files?: unknown } | null
  if (!Array.isArray(page?.files)) throw unexpectedAnswer(origin)
  return page.files.flatMap((entry) => jsonFile(entry, base))
}

function jsonFile(entry: unknown, base: string): IndexFile[] {
  const file = entry as {
    filename?: unknown
    url?: unknown
    hashes?: { sha256?: unknown }
    size?: unknown
    yanked?: unknown
  }
  if (typeof file.filename !== 'string' || typeof file.url !== 'string' || !URL.canParse(file.url, base)) return []
  const sha256 = file.hashes?.sha256
  return [
    {
      filename: file.filename,
      url: new URL(file.url, base).href,
      sha256: typeof sha256 === 'string' && /^[0-9a-f]{64}$/i.test(sha256) ? sha256.toLowerCase() : null,
      size: typeof file.size === 'number' && Number.isSafeInteger(file.size) ? file.size : null,
      yanked: file.yanked === true || typeof file.yanked === 'string',
    },
  ]
}

/** `<a href="URL#sha256=HEX" data-yanked="…">FILENAME</a>`; nothing else on such a page matters. */
function parseHtml(text: string, base: string): IndexFile[] {
  const root = /<base\s[^>]*href\s*=\s*["']([^"']+)["']/i.exec(text)?.[1]
  const from = root !== undefined && URL.canParse(root, base) ? new URL(root, base).href : base
  return [...text.matchAll(/<a\s([^>]*)>([^<]*)<\/a\s*>/gi)].flatMap(([, attributes = '', name = '']) => {
    const href = /\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(attributes)
    const target = unescapeHtml(href?.[1] ?? href?.[2] ?? '')
    if (target === '' || !URL.canParse(target, from)) return []
    const url = new URL(target, from)
    const sha256 = /(?:^#|&)sha256=([0-9a-f]{64})(?:&|$)/i.exec(url.hash)?.[1]?.toLowerCase() ?? null
    url.hash = ''
    const filename =
      unescapeHtml(name).trim() || decodeURIComponent(url.pathname.slice(url.pathname.lastIndexOf('/') + 1))
    return [{ filename, url: url.href, sha256, size: null, yanked: /\bdata-yanked\b/i.test(attributes) }]
  })
}

function unescapeHtml(text: string): string {
  const named: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]+));/gi, (whole, decimal, hex, name) => {
    const code = decimal !== undefined ? Number(decimal) : hex !== undefined ? Number.parseInt(hex, 16) : undefined
    if (code !== undefined) return code <= 0x10ffff ? String.fromCodePoint(code) : whole
    return named[String(name).toLowerCase()] ?? whole
  })
}
