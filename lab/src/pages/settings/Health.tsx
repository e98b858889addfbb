import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { ask } from '../../api/ask.ts'
import { useHasText, useLanguage, useText } from '../../i18n/Texts.tsx'
import { Failed } from '../../parts/States.tsx'
import { WithCode } from '../../parts/WithCode.tsx'
import { CopyCommand } from './CopyCommand.tsx'
import type en from './messages/en.json'

type Key = keyof typeof en

interface Finding {
  readonly id: string
  readonly title: string
  readonly outcome: 'problem' | 'warning' | 'skipped' | 'ok'
  readonly message: string
  readonly remedy?: string
}

const outcomes = ['problem', 'warning', 'skipped', 'ok'] as const
const badges = { problem: 'badge bad', warning: 'badge warn', skipped: 'badge', ok: 'badge good' } as const

/** What the doctor finds, worst first, each with what mends it. */
export function Health(): ReactNode {
  const text = useText<Key>()
  const { data, error, isFetching, refetch } = useQuery({
    queryKey: ['doctor'],
    queryFn: async ({ signal }) =>
      (await ask<{ findings: readonly Finding[] }>('/doctor/findings', { method: 'POST', body: {}, signal })).findings,
    // It loads a model and asks the network: only when somebody wants it.
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnReconnect: false,
  })
  if (data === undefined && error !== null) return <Failed error={error} onAgain={refetch} />
  const bad = data?.filter(({ outcome }) => outcome === 'problem' || outcome === 'warning').length ?? 0
  return (
    <div className="stack">
      <div className="toolbar">
        <p role="status" className="settings-summary">
          {isFetching ? text('settings.health.checking') : text('settings.health.result', { bad })}
        </p>
        <button
          type="button"
          className="button push"
          aria-disabled={isFetching || undefined}
          onClick={() => {
            if (!isFetching) void refetch()
          }}
        >
          {text('settings.health.again')}
        </button>
      </div>
      {error !== null && <Failed error={error} onAgain={refetch} />}
      <ul className="settings-findings" aria-busy={isFetching}>
        {outcomes
          .flatMap((outcome) => data?.filter((finding) => finding.outcome === outcome) ?? [])
          .map((finding) => (
            <FindingItem key={finding.id} finding={finding} />
          ))}
      </ul>
    </div>
  )
}

function FindingItem({ finding }: { finding: Finding }): ReactNode {
  const text = useText<Key>()
  const has = useHasText()
  const language = useLanguage()
  const { id, title, outcome, message, remedy } = finding
  const key = `settings.health.check.${id}`
  const isCommand = remedy !== undefined && /^sanjha [^.;]*$/.test(remedy)
  const inEnglish = language === 'en' ? undefined : 'en'
  return (
    <li className="card">
      <div className="toolbar">
        <span className={badges[outcome]}>{text(`settings.health.${outcome}`)}</span>
        {has(key) ? <h3>{text(key as Key)}</h3> : <h3 lang={inEnglish}>{title}</h3>}
      </div>
      <p lang={inEnglish}>
        <WithCode>{message}</WithCode>
      </p>
      {remedy !== undefined && (
        <div className="settings-remedy">
          <strong>{text('settings.health.remedy')}</strong>{' '}
          {isCommand ? (
            <CopyCommand command={remedy} />
          ) : (
            <span lang={inEnglish}>
              <WithCode>{remedy}</WithCode>
            </span>
          )}
        </div>
      )}
    </li>
  )
}
