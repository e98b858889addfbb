import type { ReactNode } from 'react'
import type en from '../i18n/messages/en.json'
import { useText } from '../i18n/Texts.tsx'
import { createList, useList } from './createList.ts'
import { Dialog } from './Dialog.tsx'

export interface Question {
  readonly title: string
  /** What will happen, and what cannot be undone. */
  readonly body?: ReactNode
  /** On the button that does it: “Delete”, not “OK”. */
  readonly action: string
  /** Something is lost by it. */
  readonly isDangerous?: boolean
}

interface Asked extends Question {
  answer(isYes: boolean): void
}

const questions = createList<Asked>()

/** Asks before something is done. False: the person thought better of it. */
export function confirm(question: Question): Promise<boolean> {
  return new Promise((resolve) => {
    const asked: Asked = {
      ...question,
      answer: (isYes) => {
        questions.remove(asked)
        resolve(isYes)
      },
    }
    questions.add(asked)
  })
}

/** Where `confirm` asks. One for the whole page. */
export function Confirmations(): ReactNode {
  const text = useText<keyof typeof en>()
  const asked = useList(questions)[0]
  if (asked === undefined) return null
  return (
    <Dialog
      title={asked.title}
      role="alertdialog"
      onClose={() => asked.answer(false)}
      actions={
        <>
          {/* The way out first: it is where the keyboard comes to. */}
          {/* biome-ignore lint/a11y/noAutofocus: a dialog must say where the keyboard begins, and this does no harm */}
          <button type="button" className="button" autoFocus onClick={() => asked.answer(false)}>
            {text('dialog.cancel')}
          </button>
          <button
            type="button"
            className={`button ${asked.isDangerous ? 'danger' : 'primary'}`}
            onClick={() => asked.answer(true)}
          >
            {asked.action}
          </button>
        </>
      }
    >
      {asked.body}
    </Dialog>
  )
}
