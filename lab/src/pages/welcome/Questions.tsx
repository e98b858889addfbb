import { type ReactNode, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { ask } from '../../api/ask.ts'
import { useLanguage, useText } from '../../i18n/Texts.tsx'
import { Failed } from '../../parts/States.tsx'
import type en from './messages/en.json'

/** What small models answer well. They were made from English for the most part, so it is asked in English in any language. */
const questions = [
  ['welcome.question.sky', 'Why is the sky blue? Explain it in three sentences.'],
  ['welcome.question.mail', 'Write a short, friendly email that moves a meeting from Monday to Tuesday at ten.'],
  ['welcome.question.dinner', 'Give me five ideas for a quick dinner with rice.'],
  ['welcome.question.python', 'Write a Python function that counts the words in a text.'],
] as const

/** The model is there: what to ask it first, one click away. */
export function Questions({ model }: { model: string }): ReactNode {
  const text = useText<keyof typeof en>()
  const language = useLanguage()
  const [, navigate] = useLocation()
  const [asking, setAsking] = useState<string>()
  const [failed, setFailed] = useState<{ question: string; error: unknown }>()
  const put = async (question: string): Promise<void> => {
    setAsking(question)
    setFailed(undefined)
    try {
      const { id } = await ask<{ id: string }>('/chats', { method: 'POST', body: { model } })
      await ask(`/chats/${id}/answers`, { method: 'POST', body: { model, message: { text: question } } })
      navigate(`/chat/${id}`)
    } catch (error) {
      setAsking(undefined)
      setFailed({ question, error })
    }
  }
  return (
    <section className="card welcome-card" aria-labelledby="welcome-ready">
      <h2 id="welcome-ready">{text('welcome.ready')}</h2>
      <p>
        {text('welcome.ready.model')} <code>{model}</code>
      </p>
      <p id="welcome-ask">{text('welcome.ask')}</p>
      <ul className="welcome-questions" aria-labelledby="welcome-ask">
        {questions.map(([key, question]) => (
          <li key={key}>
            <button
              type="button"
              className="button"
              aria-disabled={asking !== undefined}
              onClick={() => asking === undefined && void put(question)}
            >
              <span>{text(key)}</span>
              {language !== 'en' && (
                <span lang="en" className="muted">
                  {question}
                </span>
              )}
            </button>
          </li>
        ))}
      </ul>
      {failed !== undefined && <Failed error={failed.error} onAgain={() => void put(failed.question)} />}
      <p>
        <Link href="/chat" className="button primary">
          {text('welcome.chat')}
        </Link>
      </p>
    </section>
  )
}
