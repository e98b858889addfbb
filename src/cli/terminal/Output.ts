import { sanitize } from './sanitize.ts'

/** Where a program writes. `process.stdout` and `process.stderr` fit. */
export interface OutputStream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

export interface OutputOptions {
  readonly stdout: OutputStream
  readonly stderr: OutputStream
  readonly env: Readonly<Record<string, string | undefined>>
  readonly quiet: boolean
  readonly json: boolean
  /** How a person calls the program here; asked when a hint names a command. Absent: `sanjha`. */
  readonly program?: () => string
}

/**
 * stdout is data, stderr is talk. Talk is left out with `--quiet`; warnings are not. Colours and the moving progress line
 * appear on a terminal only, and never with NO_COLOR.
 */
export class Output {
  readonly json: boolean
  readonly quiet: boolean
  readonly #stdout: OutputStream
  readonly #stderr: OutputStream
  readonly #color: { readonly out: boolean; readonly err: boolean }
  readonly #program: () => string
  #progressShown = false
  /** Whether the data are JSON Lines. */
  #recorded = false

  constructor(options: OutputOptions) {
    this.json = options.json
    this.quiet = options.quiet
    this.#stdout = options.stdout
    this.#stderr = options.stderr
    this.#program = options.program ?? (() => 'sanjha')
    const colorAllowed = !options.env.NO_COLOR && options.env.TERM !== 'dumb'
    this.#color = {
      out: colorAllowed && options.stdout.isTTY === true,
      err: colorAllowed && options.stderr.isTTY === true,
    }
  }

  /** How a person calls the program here. */
  get program(): string {
    return this.#program()
  }

  /** Whether stdout is a terminal. */
  get isTerminal(): boolean {
    return this.#stdout.isTTY === true
  }

  get width(): number {
    return this.#stdout.columns ?? this.#stderr.columns ?? 80
  }

  /** One line of data. Text from outside is made harmless. */
  line(text = ''): void {
    this.clearProgress()
    this.#stdout.write(`${sanitize(text)}\n`)
  }

  /** A piece of data without a line's end, for streams. */
  piece(text: string): void {
    this.#stdout.write(sanitize(text))
  }

  /** Text of our own, as it is. */
  raw(text: string): void {
    this.clearProgress()
    this.#stdout.write(text)
  }

  /** A whole JSON document; below records one more line, so that all of it stays JSON Lines. */
  document(value: unknown): void {
    this.clearProgress()
    this.#stdout.write(`${JSON.stringify(value, null, this.#recorded ? 0 : 2)}\n`)
  }

  /** One line of JSON Lines. */
  record(value: unknown): void {
    this.clearProgress()
    this.#recorded = true
    this.#stdout.write(`${JSON.stringify(value)}\n`)
  }

  talk(text: string): void {
    if (this.quiet) return
    this.clearProgress()
    this.#stderr.write(`${this.typeable(text)}\n`)
  }

  /** What to do next; the same channel as talk, set apart by its arrow. */
  hint(text: string): void {
    if (this.quiet || this.json) return
    this.clearProgress()
    this.#stderr.write(`${this.dim(`→ ${this.typeable(text)}`, 'err')}\n`)
  }

  warn(text: string): void {
    this.clearProgress()
    this.#stderr.write(`${this.#paint('33', 'Warning:', 'err')} ${sanitize(text)}\n`)
  }

  error(text: string): void {
    this.clearProgress()
    this.#stderr.write(`${this.#paint('31', 'Error:', 'err')} ${sanitize(text)}\n`)
  }

  /** Further lines below an error. */
  errorDetail(text: string): void {
    this.#stderr.write(`  ${this.typeable(text)}\n`)
  }

  /** Harmless, and with commands as they have to be typed here: not everybody has `sanjha` on the PATH. */
  typeable(text: string): string {
    return sanitize(text).replace(/(^|[`\s])sanjha (?=[a-z])/g, (_, before: string) => `${before}${this.#program()} `)
  }

  /** The one moving line, on a terminal only; elsewhere nothing, so that logs stay readable. */
  progress(text: string): void {
    if (this.quiet || this.#stderr.isTTY !== true) return
    const width = (this.#stderr.columns ?? 80) - 1
    const line = sanitize(text)
    this.#stderr.write(`\r\u001b[2K${line.length > width ? `${line.slice(0, width - 1)}…` : line}`)
    this.#progressShown = true
  }

  /** Whether `progress` shows anything here. */
  get showsProgress(): boolean {
    return !this.quiet && this.#stderr.isTTY === true
  }

  clearProgress(): void {
    if (!this.#progressShown) return
    this.#stderr.write('\r\u001b[2K')
    this.#progressShown = false
  }

  bold(text: string): string {
    return this.#paint('1', text, 'out')
  }

  dim(text: string, stream: 'out' | 'err' = 'out'): string {
    return this.#paint('2', text, stream)
  }

  /** Raw control for the REPL's own styling of an answer (never with model text). */
  style(code: string): void {
    if (this.#color.out) this.#stdout.write(`\u001b[${code}m`)
  }

  #paint(code: string, text: string, stream: 'out' | 'err'): string {
    return this.#color[stream] ? `\u001b[${code}m${text}\u001b[0m` : text
  }

  /** Columns aligned to the widest cell. Headings in capitals, as in Ollama and Podman. Written at once: a write a row takes longer than all the rest. */
  table(headings: readonly string[], rows: readonly (readonly string[])[]): void {
    const cells = [headings, ...rows].map((row) => row.map((cell) => sanitize(cell).replaceAll('\n', ' ')))
    const widths = cells.map((row) => row.map(displayWidth))
    const widest = headings.map((_, column) => widths.reduce((most, row) => Math.max(most, row[column] ?? 0), 0))
    const lines = cells.map((row, index) => {
      const line = row
        .map((cell, column) => cell + padding((widest[column] ?? 0) - (widths[index]?.[column] ?? 0)))
        .join('  ')
        .trimEnd()
      return `${index === 0 ? this.bold(line) : line}\n`
    })
    this.#stdout.write(lines.join(''))
  }
}

const padding = (columns: number): string => ' '.repeat(columns)

/** Columns that a text takes on a terminal: combining marks none, wide East Asian characters and emoji two. */
export function displayWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length
  let width = 0
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  for (const { segment } of segmenter.segment(text)) {
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(
        segment,
      )
        ? 2
        : 1
  }
  return width
}

/** Made with the first text that is not ASCII: it takes 8 ms. */
let segmenter: Intl.Segmenter | undefined
