/** A system turn with nothing in it, as known formats write it. */
export const emptySystemTurns: readonly string[] = [
  '<|im_start|>system\n<|im_end|>\n',
  '<|im_start|>system\n<|im_end|>',
  '<|start_of_role|>system<|end_of_role|><|end_of_text|>\n',
  '<|start_header_id|>system<|end_header_id|>\n\n<|eot_id|>',
  '[SYSTEM_PROMPT][/SYSTEM_PROMPT]',
  '<|system|>\n<|end|>\n',
  '<|system|>\n</s>\n',
  '<|im_system|>system<|im_middle|><|im_end|>',
]
