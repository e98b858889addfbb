/** Templates for models that bring none, by architecture. They are only a convention: `ChatFormat.family` says so. */
interface DefaultTemplate {
  readonly name: string
  readonly template: string
}

const chatml: DefaultTemplate = {
  name: 'chatml',
  template:
    "{%- for message in messages -%}{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' -}}{%- endfor -%}" +
    "{%- if add_generation_prompt -%}{{- '<|im_start|>assistant\\n' -}}{%- endif -%}",
}

const gemma: DefaultTemplate = {
  name: 'gemma',
  template:
    '{{- bos_token -}}{%- for message in messages -%}' +
    "{%- if message.role == 'system' -%}{{- raise_exception('there is no system role') -}}{%- endif -%}" +
    "{%- if (message.role == 'user') != (loop.index0 % 2 == 0) -%}{{- raise_exception('user and assistant must take turns') -}}{%- endif -%}" +
    "{{- '<start_of_turn>' + ('model' if message.role == 'assistant' else message.role) + '\\n' + (message.content | trim) + '<end_of_turn>\\n' -}}" +
    "{%- endfor -%}{%- if add_generation_prompt -%}{{- '<start_of_turn>model\\n' -}}{%- endif -%}",
}

export function defaultTemplate(architecture: string): DefaultTemplate {
  return architecture.startsWith('gemma') ? gemma : chatml
}
