import DOMPurify from 'dompurify'
import { linkAddress, namesHost } from './linkAddress.ts'
import type { MarkdownLabels } from './MarkdownLabels.ts'

const blocks = 'p, li, h3, h4, h5, h6, blockquote, td, th, summary, dt, dd'

/** What may be in an answer. Nothing of it can run, load, look like a part of the Lab, or be named by it. */
const allowed = {
  ALLOWED_TAGS: [
    ...['p', 'h3', 'h4', 'h5', 'h6', 'ul', 'ol', 'li', 'blockquote', 'pre', 'code', 'hr', 'br', 'div', 'span', 'a'],
    ...['b', 'strong', 'i', 'em', 'u', 's', 'del', 'ins', 'sub', 'sup', 'kbd', 'mark', 'small', 'details', 'summary'],
    ...['table', 'thead', 'tbody', 'tr', 'th', 'td'],
  ],
  ALLOWED_ATTR: ['href', 'start', 'align', 'data-depth', 'data-language', 'data-maths', 'data-image'],
  // Whatever is not named here is taken for an address and has to look like one.
  ADD_URI_SAFE_ATTR: ['start', 'align', 'data-depth', 'data-language', 'data-maths', 'data-image'],
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  ALLOWED_URI_REGEXP: /^(?:https?|mailto):/i,
  KEEP_CONTENT: true,
  RETURN_DOM_FRAGMENT: true,
} as const

/** HTML of an answer → nodes that are safe to show, with what belongs to the Lab put around them. */
export function toNodes(html: string, labels: MarkdownLabels): DocumentFragment {
  const fragment = DOMPurify.sanitize(html, {
    ...allowed,
    ALLOWED_TAGS: [...allowed.ALLOWED_TAGS],
    ALLOWED_ATTR: [...allowed.ALLOWED_ATTR],
    ADD_URI_SAFE_ATTR: [...allowed.ADD_URI_SAFE_ATTR],
  })
  // Sanitised nodes belong to a document without a window; ours have to look up from there.
  document.adoptNode(fragment)
  for (const image of fragment.querySelectorAll('[data-image]')) image.replaceWith(pictureLink(image, labels))
  for (const link of fragment.querySelectorAll('a')) dressLink(link, labels)
  for (const table of fragment.querySelectorAll('table')) wrapTable(table, labels)
  for (const pre of fragment.querySelectorAll('pre')) {
    pre.replaceWith(codeFigure(pre.textContent ?? '', pre.dataset['language'] ?? '', labels).figure)
  }
  for (const block of fragment.querySelectorAll(blocks)) block.setAttribute('dir', 'auto')
  return fragment
}

/** A picture is not fetched, as that would tell its host who reads; who wants it can follow it. */
function pictureLink(image: Element, labels: MarkdownLabels): Node {
  const words = labels.image(image.textContent ?? '')
  const source = image.getAttribute('data-image') ?? ''
  const address = linkAddress(source)
  if (image.closest('a') !== null) {
    const inner = element('span', '')
    inner.textContent = words
    return inner
  }
  if (address === undefined) {
    const span = element('span', '')
    const code = element('code', '')
    code.textContent = source.length > 200 ? `${source.slice(0, 200)}…` : source
    span.append(`${words} `, code)
    return span
  }
  const link = document.createElement('a')
  link.href = address.href
  const inner = element('span', '')
  inner.textContent = words
  link.append(inner)
  return link
}

function dressLink(link: HTMLAnchorElement, labels: MarkdownLabels): void {
  const address = linkAddress(link.getAttribute('href') ?? '')
  if (address === undefined) {
    link.replaceWith(...link.childNodes)
    return
  }
  link.target = '_blank'
  link.rel = 'noopener noreferrer nofollow'
  // What is set as a formula or a picture does not read as it is written here.
  const isBare = link.firstElementChild === null || link.firstElementChild.matches('code:only-child')
  if (!isBare || !namesHost(link.textContent ?? '', address.host)) {
    const host = element('span', 'md-host')
    host.dir = 'ltr'
    host.textContent = labels.host(address.host)
    link.append(' ', host)
  }
}

function wrapTable(table: HTMLTableElement, labels: MarkdownLabels): void {
  const region = element('div', 'md-table')
  region.tabIndex = 0
  region.setAttribute('role', 'group')
  region.setAttribute('aria-label', labels.table)
  table.replaceWith(region)
  region.append(table)
}

/** A code block under its language, with a button that copies it. */
export function codeFigure(
  text: string,
  language: string,
  labels: MarkdownLabels,
): { figure: HTMLElement; code: Text } {
  const figure = element('figure', 'md-code')
  const caption = element('figcaption', '')
  const name = element('span', '')
  name.textContent = language === '' ? labels.code : language
  const button = element('button', 'button plain small md-copy') as HTMLButtonElement
  button.type = 'button'
  button.textContent = labels.copy
  caption.append(name, button)
  const pre = element('pre', '')
  pre.tabIndex = 0
  pre.dir = 'ltr'
  const code = document.createTextNode(text)
  const inner = document.createElement('code')
  inner.append(code)
  pre.append(inner)
  figure.append(caption, pre)
  return { figure, code }
}

function element(name: string, className: string): HTMLElement {
  const made = document.createElement(name)
  if (className !== '') made.className = className
  return made
}
