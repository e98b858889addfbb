import { type FormEvent, type ReactNode, useId, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import { useText } from '../../../i18n/Texts.tsx'
import type { ChatSettingsValue } from '../chatSettingsValue.ts'
import type en from './messages/en.json'
import { keepPresets, keptText, type Preset, parsePresets, watchPresets, without, withPreset } from './presets.ts'

type Key = keyof typeof en

/** Settings kept under names, in this browser. */
export function Presets(props: {
  value: ChatSettingsValue
  onChange: (value: ChatSettingsValue) => void
  say: (what: string) => void
}): ReactNode {
  const text = useText<Key>()
  const kept = useSyncExternalStore(watchPresets, () => keptText(localStorage))
  const presets = useMemo(() => parsePresets(kept), [kept])
  // Another tab's changes come by themselves; one's own have to be looked at again.
  const [, look] = useState(0)
  const keep = (next: readonly Preset[] | null, done?: string): void => {
    try {
      keepPresets(localStorage, next)
      if (done !== undefined) props.say(done)
    } catch (error) {
      props.say(text('chatSettings.presets.failed', { reason: error instanceof Error ? error.message : String(error) }))
    }
    look((count) => count + 1)
  }
  return (
    <fieldset className="presets">
      <legend>{text('chatSettings.presets')}</legend>
      {presets === undefined ? (
        <>
          <p>{text('chatSettings.presets.unreadable')}</p>
          <button type="button" className="button small" onClick={() => keep(null)}>
            {text('chatSettings.presets.anew')}
          </button>
        </>
      ) : (
        <>
          {presets.length === 0 ? (
            <p className="parameter-about">{text('chatSettings.presets.none')}</p>
          ) : (
            <Saved
              presets={presets}
              onUse={({ name, value }) => {
                props.onChange(structuredClone(value))
                props.say(text('chatSettings.presets.used', { name }))
              }}
              onDelete={(name) => keep(without(presets, name), text('chatSettings.presets.deleted', { name }))}
            />
          )}
          <SaveForm
            presets={presets}
            onSave={(name) =>
              keep(withPreset(presets, { name, value: props.value }), text('chatSettings.presets.saved', { name }))
            }
          />
        </>
      )}
    </fieldset>
  )
}

function Saved(props: {
  presets: readonly Preset[]
  onUse: (preset: Preset) => void
  onDelete: (name: string) => void
}): ReactNode {
  const text = useText<Key>()
  const [chosen, setChosen] = useState<string>()
  const [isAsking, setAsking] = useState(false)
  const list = useRef<HTMLSelectElement>(null)
  const preset = props.presets.find(({ name }) => name === chosen) ?? props.presets[0]
  if (preset === undefined) return null
  const { name } = preset
  const answer = (isSure: boolean): void => {
    setAsking(false)
    list.current?.focus()
    if (isSure) props.onDelete(name)
  }
  return (
    <>
      <div className="presets-row">
        <label>
          <span>{text('chatSettings.presets.choose')}</span>
          <select ref={list} value={name} onChange={(event) => setChosen(event.target.value)}>
            {props.presets.map((each) => (
              <option key={each.name}>{each.name}</option>
            ))}
          </select>
        </label>
        <button type="button" className="button" onClick={() => props.onUse(preset)}>
          {text('chatSettings.presets.use')}
        </button>
        <button type="button" className="button plain" aria-expanded={isAsking} onClick={() => setAsking(!isAsking)}>
          {text('chatSettings.presets.delete')}
        </button>
      </div>
      {isAsking && (
        <div className="presets-row" role="alert">
          <span>{text('chatSettings.presets.deleteSure', { name })}</span>
          <button type="button" className="button danger small" onClick={() => answer(true)}>
            {text('chatSettings.presets.delete')}
          </button>
          <button type="button" className="button small" onClick={() => answer(false)}>
            {text('chatSettings.presets.keep')}
          </button>
        </div>
      )}
    </>
  )
}

function SaveForm({ presets, onSave }: { presets: readonly Preset[]; onSave: (name: string) => void }): ReactNode {
  const text = useText<Key>()
  const id = useId()
  const [name, setName] = useState('')
  const isThere = presets.some((each) => each.name === name.trim())
  const save = (event: FormEvent): void => {
    event.preventDefault()
    onSave(name.trim())
    setName('')
  }
  return (
    <form className="presets-row" onSubmit={save}>
      <label htmlFor={id}>
        <span>{text('chatSettings.presets.name')}</span>
        <input
          id={id}
          dir="auto"
          maxLength={80}
          required
          pattern=".*\S.*"
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <button type="submit" className="button">
        {text(isThere ? 'chatSettings.presets.replace' : 'chatSettings.presets.save')}
      </button>
    </form>
  )
}
