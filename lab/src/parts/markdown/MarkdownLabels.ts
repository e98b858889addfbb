/** Words that are put into an answer, in the language of the page. */
export interface MarkdownLabels {
  readonly copy: string
  readonly copied: string
  /** Name of a code block whose language is not known. */
  readonly code: string
  readonly table: string
  /** What stands in place of a picture. */
  image(description: string): string
  /** Where a link leads, when its words do not say so. */
  host(host: string): string
  /** Under a block whose markup was left as it was written, for it would have taken too long to read. */
  readonly left: string
}
