import type { TokenizerAndRendererExtension, Tokens } from 'marked'
import { escapeHtml } from './escapeHtml.ts'

/** A formula that has not ended yet is waited for no longer than this, while its answer still comes. */
const patience = 4000
/** A longer formula is none. Without an end, one is looked for from each beginning. */
const longest = 4000

const closedBlock = /^ {0,3}(?:\$\$((?:\\[\s\S]|[^\\$])+?)\$\$|\\\[([\s\S]+?)\\\])[ \t]*(?:\n|$)/
const openBlock = /^ {0,3}(?:\$\$|\\\[)/
/** What follows an empty line belongs to another block. */
const blockStart = /\n(?:[ \t]*(\n)| {0,3}(?:\$\$|\\\[))/g
const closedInline = /^(?:\$\$((?:\\[\s\S]|[^\\$])+?)\$\$|\\\[([\s\S]+?)\\\]|\\\(([\s\S]+?)\\\))/
const dollars = /^\$(?![\s$])((?:\\[^\n]|[^\\$\n])+?)(?<!\s)\$(?![\d$])/

/** Whether what stands between two dollars is a formula, and not a sum of money and the words after it. */
export function looksLikeMaths(text: string): boolean {
  if (/^\d*[A-Za-z]'*$/.test(text)) return true
  const bare = text.replace(/\\[a-zA-Z]+\s*(?:\{[^{}]*\})?/g, '\\')
  return /[\\^_=+*/<>(|-]/.test(bare) && !/[A-Za-z]{3}|[a-z] [a-z]/.test(bare)
}

function blockAt(source: string, isLive: boolean): Tokens.Generic | undefined {
  if (!openBlock.test(source)) return undefined
  const near = source.slice(0, longest)
  const closed = near.includes('$$') || near.includes('\\]') ? closedBlock.exec(near) : null
  if (closed !== null && (closed[0].length < longest || source.length <= longest)) {
    return { type: 'mathsBlock', raw: closed[0], text: (closed[1] ?? closed[2] ?? '').trim() }
  }
  if (!isLive || source.length > patience) return undefined
  return { type: 'mathsBlock', raw: source, text: '', open: source }
}

/** TeX between `$$ $$`, `\[ \]`, `\( \)` and `$ $`. @param isLive whether more is to come */
export function mathsExtensions(isLive: boolean): TokenizerAndRendererExtension[] {
  return [
    {
      name: 'mathsBlock',
      level: 'block',
      start: (source) => {
        // A paragraph ends only where there is a formula, or its rest would be read anew from each mark of one.
        for (const { 1: emptyLine, index } of source.matchAll(blockStart)) {
          if (emptyLine !== undefined) return undefined
          if (blockAt(source.slice(index + 1), isLive) !== undefined) return index
        }
        return undefined
      },
      tokenizer: (source) => blockAt(source, isLive),
      renderer: (token) =>
        token['open'] === undefined
          ? `<div data-maths="block">${escapeHtml(token['text'])}</div>`
          : `<p><code>${escapeHtml(token['open'])}</code></p>`,
    },
    {
      name: 'mathsInline',
      level: 'inline',
      start: (source) => /\$|\\[([]/.exec(source)?.index,
      tokenizer(source): Tokens.Generic | undefined {
        const closed = closedInline.exec(source.slice(0, longest))
        if (closed !== null) {
          const isBlock = closed[3] === undefined
          return {
            type: 'mathsInline',
            raw: closed[0],
            text: (closed[1] ?? closed[2] ?? closed[3] ?? '').trim(),
            isBlock,
          }
        }
        const between = dollars.exec(source.slice(0, longest))
        if (between === null || !looksLikeMaths(between[1] as string)) return undefined
        return { type: 'mathsInline', raw: between[0], text: between[1], isBlock: false }
      },
      renderer: (token) =>
        `<span data-maths="${token['isBlock'] ? 'block' : 'inline'}">${escapeHtml(token['text'])}</span>`,
    },
  ]
}
