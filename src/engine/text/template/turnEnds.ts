/**
 * Texts that end a turn in known formats, or begin the next. One that a template mentions ends the answer, even where the
 * vocabulary forgets to mark it as an end token. Texts that people write for other reasons, such as `</s>`, are left to
 * the end tokens.
 */
const knownTurnEnds = [
  '<|im_end|>',
  '<|eot_id|>',
  '<|eom_id|>',
  '<|end_of_text|>',
  '<|endoftext|>',
  '<end_of_turn>',
  '<|end|>',
  '<|END_OF_TURN_TOKEN|>',
  '<｜end▁of▁sentence｜>',
  '<|user|>',
  '<|start_of_role|>',
  '<|im_start|>',
  '<|start_header_id|>',
  '<start_of_turn>',
  '<|im_user|>',
]

export function turnEnds(template: string): string[] {
  // gpt-oss ends each channel, not only the turn, with <|end|>.
  return knownTurnEnds.filter(
    (end) => template.includes(end) && !(end === '<|end|>' && template.includes('<|channel|>')),
  )
}
