import { createHash } from 'node:crypto'

/** HTML that may be put into a page as it is. */
export interface Html {
  readonly html: string
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** A template whose values are escaped, unless they are `Html` themselves (or a list of it). */
export function html(strings: TemplateStringsArray, ...values: readonly unknown[]): Html {
  return { html: strings.reduce((text, part, i) => text + render(values[i - 1]) + part) }
}

function render(value: unknown): string {
  if (Array.isArray(value)) return value.map(render).join('')
  if (value === undefined || value === null || value === false) return ''
  if (typeof value === 'object' && 'html' in value) return String(value.html)
  return String(value).replaceAll(/[&<>"']/g, (c) => escapes[c]!)
}

const style = `:root{color-scheme:light dark}
body{font:1rem/1.5 system-ui,sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem}
code,pre{font-family:ui-monospace,monospace;font-size:.9em}
pre{overflow:auto;padding:.75rem;border:1px solid #8886;border-radius:.3rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #8884;vertical-align:top}
h2{margin-top:2.5rem}h3{margin:1.5rem 0 .25rem}
.method{font-weight:700;display:inline-block;min-width:4.5rem}
nav ul{columns:16rem;padding-left:1.2rem}
summary{cursor:pointer}`

const styleHash = createHash('sha256').update(style).digest('base64')

/** One plain page. It loads nothing from anywhere and runs no script. */
export function page(title: string, body: Html): Response {
  const text = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${{ html: style }}</style>
</head>
<body>
${body}
</body>
</html>
`.html
  return new Response(text, {
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    },
  })
}
