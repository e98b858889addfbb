import { type ReactNode, useState } from 'react'
import { useText } from '../../../i18n/Texts.tsx'
import type { ChatSettingsValue } from '../chatSettingsValue.ts'
import { ToolServers } from '../tools/ToolServers.tsx'
import { AnswerForm } from './AnswerForm.tsx'
import type { ChatSettingsProps } from './ChatSettings.tsx'
import type en from './messages/en.json'
import { ParameterField } from './ParameterField.tsx'
import { Presets } from './Presets.tsx'
import {
  effective,
  isOn,
  type Parameter,
  type ParameterGroup,
  type ParameterName,
  parameterGroups,
} from './parameters.ts'
import { SystemPrompt } from './SystemPrompt.tsx'
import { type ModelDefaults, useModelDefaults } from './useModelDefaults.ts'
import './chatSettings.css'

/** What `ChatSettings` shows, fetched when it is first opened. */
export function ChatSettingsPanel({ chat, value, onChange, model }: ChatSettingsProps): ReactNode {
  const text = useText<keyof typeof en>()
  const defaults = useModelDefaults(model)
  const [said, say] = useState('')
  // A part that is taken away shall be absent, not undefined: the value is compared and stored.
  const change = (part: Partial<Record<keyof ChatSettingsValue, unknown>>): void => {
    const { system, parameters, schema, tools = [] } = { ...value, ...part } as ChatSettingsValue
    onChange({
      ...(system !== undefined && { system }),
      parameters,
      ...(schema !== undefined && { schema }),
      ...(tools.length > 0 && { tools }),
    })
  }
  const changeParameter = (name: string, chosen: unknown): void => {
    const { [name]: _, ...others } = value.parameters
    change({ parameters: effective(chosen === undefined ? others : { ...others, [name]: chosen }) })
  }
  const isAllDefault =
    value.system === undefined &&
    value.schema === undefined &&
    value.tools === undefined &&
    Object.keys(value.parameters).length === 0
  return (
    <section className="chat-settings" aria-label={text('chatSettings.label')}>
      <SystemPrompt value={value.system} defaults={defaults} onChange={(system) => change({ system })} />
      {(Object.keys(parameterGroups) as ParameterGroup[]).map((group) => (
        <Group key={group} group={group} values={value.parameters} defaults={defaults} onChange={changeParameter} />
      ))}
      <ToolServers chat={chat} value={value.tools ?? []} onChange={(tools) => change({ tools })} />
      <AnswerForm schema={value.schema} onChange={(schema) => change({ schema })} />
      <Presets value={value} onChange={onChange} say={say} />
      <div className="chat-settings-end">
        <button
          type="button"
          className="button"
          aria-disabled={isAllDefault}
          onClick={() => {
            if (isAllDefault) return
            onChange({ parameters: {} })
            say(text('chatSettings.reset.done'))
          }}
        >
          {text('chatSettings.reset')}
        </button>
        <p role="status">{said}</p>
      </div>
    </section>
  )
}

function Group(props: {
  group: ParameterGroup
  values: Readonly<Record<string, unknown>>
  defaults: ModelDefaults | null | undefined
  onChange: (name: string, value: unknown) => void
}): ReactNode {
  const text = useText<keyof typeof en>()
  const { group, values, defaults, onChange } = props
  const members: readonly (Parameter & { readonly name: ParameterName })[] = parameterGroups[group]
  const changed = members.filter(({ name }) => values[name] !== undefined).length
  return (
    <details className="parameter-group" open={group === 'length' || undefined}>
      <summary>
        <span>{text(`chatSettings.group.${group}`)}</span>
        {changed > 0 && <span className="parameter-changed">{text('chatSettings.changed', { count: changed })}</span>}
      </summary>
      {members
        .filter(({ needs }) => needs === undefined || isOn(values[needs]))
        .map((parameter) => (
          <ParameterField
            key={parameter.name}
            parameter={parameter}
            value={values[parameter.name]}
            defaults={defaults}
            onChange={(value) => onChange(parameter.name, value)}
          />
        ))}
    </details>
  )
}
