/**
 * A chat template comes with a model file, so it is foreign code. It has no way out of the interpreter (values are maps,
 * never JavaScript objects; the only functions are ours), and these limits keep it from hanging or filling the memory.
 * The largest template in the wild is about 20 KB and needs some ten thousand steps.
 */
export interface TemplateLimits {
  /** Characters of the template itself. */
  readonly templateLength: number
  /** Syntax nodes evaluated, plus `stepsPerMessage` for each message and tool. */
  readonly steps: number
  readonly stepsPerMessage: number
  /** Characters of any one string, the output included, beyond `growth` times the input. */
  readonly stringLength: number
  readonly growth: number
  /** Members of any one list. */
  readonly listLength: number
  /** Macro calls and expressions inside each other. */
  readonly depth: number
  /** Wall clock for one rendering, and for reading the template: the last resort. */
  readonly milliseconds: number
}

export const templateLimits: TemplateLimits = {
  templateLength: 256 * 1024,
  steps: 500_000,
  stepsPerMessage: 5_000,
  stringLength: 1024 * 1024,
  growth: 8,
  listLength: 100_000,
  depth: 400,
  milliseconds: 10_000,
}
