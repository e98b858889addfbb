import type { ReactNode } from 'react'
import { useLanguage, useText } from '../../../i18n/Texts.tsx'
import { WithCode } from '../../../parts/WithCode.tsx'
import type en from '../messages/en.json'
import type { RemoteTest } from './useRemotes.ts'

/** How an endpoint answered, and what is the matter where it did not. */
export function TestResult({ result }: { result: RemoteTest }): ReactNode {
  const text = useText<keyof typeof en>()
  const language = useLanguage()
  const { problem, message, hint, models } = result
  if (problem !== null) {
    return (
      <div role="alert" className="help bad">
        {language !== 'en' && <p>{text(`settings.remotes.problem.${problem}`)}</p>}
        <p lang="en">
          <WithCode>{hint === null ? message : `${message} ${hint}`}</WithCode>
        </p>
      </div>
    )
  }
  return (
    <div role="status">
      <p>
        <span className="badge good">{text('settings.remotes.tested', { count: models.length })}</span>
      </p>
      <ul className="settings-values">
        {models.slice(0, 20).map((model) => (
          <li key={model}>
            <code>{model}</code>
          </li>
        ))}
      </ul>
    </div>
  )
}
