/** Texts that end a turn in known formats. One that a template mentions ends the answer, even where the vocabulary forgets to mark it as an end token. */
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

export function turnEnds(template: string, eosToken: string): string[] {
  // gpt-oss ends each channel, not only the turn, with <|end|>.
  const found = knownTurnEnds.filter(
    (end) => template.includes(end) && !(end === '<|end|>' && template.includes('<|channel|>')),
  )
  if (eosToken !== '' && eosToken.length > 2 && !found.includes(eosToken)) found.push(eosToken)
  return found
}
