import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { useText } from '../../i18n/Texts.tsx'
import type en from './messages/en.json'
import type { ChatModel } from './useChatModels.ts'

const places = ['loaded', 'stored', 'remote'] as const

/** Which model answers. Says so where there is none, and leads to where there are some. */
export function ModelPicker(props: {
  models: readonly ChatModel[] | undefined
  model: string | undefined
  onChoose: (name: string) => void
}): ReactNode {
  const { models, model, onChoose } = props
  const text = useText<keyof typeof en>()
  if (models === undefined) return <span className="muted">{text('chat.model.loading')}</span>
  if (models.length === 0) {
    return (
      <p className="chat-note">
        {text('chat.model.none')} <Link href="/models">{text('chat.model.get')}</Link>
      </p>
    )
  }
  const isGone = model !== undefined && !models.some(({ name }) => name === model)
  const isElsewhere = models.some(({ name, place }) => name === model && place === 'remote')
  return (
    <>
      <label className="chat-model">
        <span>{text('chat.model')}</span>
        <select value={model} onChange={(event) => onChoose(event.target.value)}>
          {isGone && <option value={model}>{text('chat.model.gone', { model })}</option>}
          {places.map((place) => {
            const here = models.filter((each) => each.place === place)
            return (
              here.length > 0 && (
                <optgroup key={place} label={text(`chat.model.${place}`)}>
                  {here.map(({ name }) => (
                    <option key={name} value={name}>
                      {name}
                    </option>
                  ))}
                </optgroup>
              )
            )
          })}
        </select>
      </label>
      {isElsewhere && <span className="chat-note chat-elsewhere">{text('chat.model.elsewhere')}</span>}
    </>
  )
}
