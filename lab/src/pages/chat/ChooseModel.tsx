import type { ReactNode } from 'react'
import { useText } from '../../i18n/Texts.tsx'
import { Dialog } from '../../parts/Dialog.tsx'
import { Failed, Loading } from '../../parts/States.tsx'
import type en from './messages/en.json'
import { useChatModels } from './useChatModels.ts'

/** Asks which model shall answer the same question. Undefined: the chosen one, with the settings as they are now. */
export function ChooseModel(props: {
  title: string
  onChoose: (model: string | undefined) => void
  onClose: () => void
}): ReactNode {
  const { title, onChoose, onClose } = props
  const text = useText<keyof typeof en>()
  const { models, error, refetch } = useChatModels()
  return (
    <Dialog title={title} onClose={onClose}>
      <p className="muted">{text('chat.compare.body')}</p>
      {models === undefined ? (
        error === null ? (
          <Loading />
        ) : (
          <Failed error={error} onAgain={() => void refetch()} />
        )
      ) : (
        <ul className="chat-models">
          <li>
            <button type="button" className="button" onClick={() => onChoose(undefined)}>
              {text('chat.compare.same')}
            </button>
          </li>
          {models.map(({ name, place }) => (
            <li key={name}>
              <button type="button" className="button" onClick={() => onChoose(name)}>
                <span>{name}</span>
                <span className="muted">{text(`chat.model.${place}`)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  )
}
