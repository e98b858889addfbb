import { copyText } from '../copyText.ts'
import { type Block, BlockSplitter } from './BlockSplitter.ts'
import { Effort } from './Effort.ts'
import type { MarkdownLabels } from './MarkdownLabels.ts'
import { morph, setText } from './morph.ts'
import { showHidden } from './showHidden.ts'
import { toHtml } from './toHtml.ts'
import { codeFigure, toNodes } from './toNodes.ts'
import { canTypeset, loadTypesetting, typesetMaths } from './typesetMaths.ts'

/** A block where it is shown. */
interface Shown {
  readonly id: number
  readonly kind: Block['kind']
  readonly root: HTMLElement
  /** Of code and plain text: it only grows. */
  readonly text: Text | undefined
  source: string
  isOpen: boolean
  /** Rank of the last heading in it or above it. */
  rank: number
}

/** Rank of the heading that names a message. */
const messageRank = 2

/** Shows an answer in an element, and keeps it shown while it grows. Blocks that are closed are never touched again. */
export class MarkdownView {
  readonly #root: HTMLElement
  readonly #labels: MarkdownLabels
  readonly #splitter = new BlockSplitter()
  #shown: Shown[] = []

  constructor(root: HTMLElement, labels: MarkdownLabels) {
    this.#root = root
    this.#labels = labels
    root.addEventListener('click', (event) => void copyCode(event, labels))
  }

  /** @param isLive whether more is to come */
  show(text: string, isLive: boolean): void {
    const blocks = this.#splitter.update(text, isLive)
    const effort = new Effort()
    let same = 0
    while (same < blocks.length && this.#shown[same]?.id === blocks[same]?.id && !this.#shown[same]?.isOpen) same++
    const old = new Map(this.#shown.slice(same).map((shown) => [shown.id, shown]))
    const shown = this.#shown.slice(0, same)
    let last: Shown | undefined = shown.at(-1)
    for (const block of blocks.slice(same)) {
      const next = this.#place(block, old.get(block.id), last, isLive, effort)
      old.delete(block.id)
      shown.push(next)
      last = next
    }
    for (const { root } of old.values()) root.remove()
    this.#shown = shown
  }

  #place(block: Block, old: Shown | undefined, before: Shown | undefined, isLive: boolean, effort: Effort): Shown {
    const rank = before?.rank ?? messageRank
    const shown = old?.kind === block.kind ? old : this.#create(block, rank)
    if (old !== undefined && old !== shown) old.root.remove()
    this.#putBehind(shown.root, before?.root)
    if (shown.source === block.source && shown.isOpen === block.isOpen) return shown
    if (shown.text !== undefined) setText(shown.text, showHidden(block.source))
    else this.#render(shown, block, rank, isLive, effort)
    shown.source = block.source
    shown.isOpen = block.isOpen
    return shown
  }

  #putBehind(node: HTMLElement, before: HTMLElement | undefined): void {
    const place = before === undefined ? this.#root.firstChild : before.nextSibling
    if (place !== node) this.#root.insertBefore(node, place)
  }

  #create(block: Block, rank: number): Shown {
    const facts = { id: block.id, kind: block.kind, source: '', isOpen: true, rank }
    if (block.kind === 'code') {
      const { figure, code } = codeFigure('', block.language, this.#labels)
      return { ...facts, root: figure, text: code }
    }
    const root = document.createElement('div')
    if (block.kind === 'markdown') return { ...facts, root, text: undefined }
    root.className = 'md-plain'
    root.dir = 'auto'
    const text = document.createTextNode('')
    root.append(text)
    return { ...facts, root, text }
  }

  #render(shown: Shown, block: Block, before: number, isLive: boolean, effort: Effort): void {
    shown.root.classList.toggle('md-on', block.goesOn)
    try {
      const isGrowing = isLive && block.isOpen
      const { html, rank, isLeft } = toHtml(showHidden(block.source), this.#splitter.links, before, isGrowing, effort)
      shown.rank = rank
      const fresh = toNodes(html, this.#labels)
      if (isLeft) fresh.append(note(this.#labels.left))
      shown.root.classList.toggle('md-head', html.startsWith('<h'))
      this.#typeset(fresh, shown.root)
      morph(shown.root, fresh)
    } catch {
      // Made to break whoever reads it: it is still text.
      const text = document.createElement('div')
      text.className = 'md-plain'
      text.textContent = showHidden(block.source)
      shown.root.replaceChildren(text)
    }
  }

  #typeset(fresh: DocumentFragment, root: HTMLElement): void {
    if (fresh.querySelector('[data-maths]') === null) return
    if (canTypeset()) {
      typesetMaths(fresh)
      return
    }
    loadTypesetting().then(
      () => typesetMaths(root),
      // Offline in mid-way: the TeX is there to be read, and the next formula tries again.
      () => undefined,
    )
  }
}

function note(text: string): HTMLElement {
  const made = document.createElement('p')
  made.className = 'md-note'
  made.textContent = text
  return made
}

async function copyCode(event: Event, labels: MarkdownLabels): Promise<void> {
  const button = (event.target as Element).closest('.md-copy')
  const code = button?.closest('.md-code')?.querySelector('code')
  if (button == null || code == null) return
  if (!(await copyText(code.textContent ?? ''))) return
  button.textContent = labels.copied
  setTimeout(() => {
    button.textContent = labels.copy
  }, 2000)
}
