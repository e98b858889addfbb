import { type ReactNode, useRef, useState } from 'react'
import { useText } from '../../../i18n/Texts.tsx'
import { announce } from '../../../parts/announce.tsx'
import { Icon } from '../../../parts/Icon.tsx'
import { Failed, Loading } from '../../../parts/States.tsx'
import { WithCode } from '../../../parts/WithCode.tsx'
import type en from '../messages/en.json'
import { ServerWords } from '../ServerWords.tsx'
import { RemoteForm } from './RemoteForm.tsx'
import { RemoveRemote } from './RemoveRemote.tsx'
import { TestResult } from './TestResult.tsx'
import { type Remote, useRemotes, useTestRemote } from './useRemotes.ts'

/** OpenAI-compatible servers elsewhere, whose models stand beside the ones here. */
export function RemoteEngines(): ReactNode {
  const text = useText<keyof typeof en>()
  const { data, error, refetch } = useRemotes()
  const [removing, setRemoving] = useState<string>()
  const [said, setSaid] = useState('')
  const heading = useRef<HTMLHeadingElement>(null)
  const say = (words: string): void => {
    setSaid(words)
    announce(words)
  }
  if (data === undefined) return error === null ? <Loading /> : <Failed error={error} onAgain={refetch} />
  return (
    <div className="stack">
      <p>
        <WithCode>{text('settings.remotes.body')}</WithCode>
      </p>
      <h3 ref={heading} tabIndex={-1}>
        {text('settings.remotes.list')}
      </h3>
      {said !== '' && <p>{said}</p>}
      {data.length === 0 ? (
        <p className="muted">{text('settings.remotes.empty')}</p>
      ) : (
        <ul className="settings-remotes">
          {data.map((remote) => (
            <RemoteItem key={remote.name} remote={remote} onRemove={() => setRemoving(remote.name)} />
          ))}
        </ul>
      )}
      <RemoteForm onAdded={(name) => say(text('settings.remotes.added', { name }))} />
      {removing !== undefined && (
        <RemoveRemote
          name={removing}
          onClose={() => setRemoving(undefined)}
          onRemoved={() => {
            setRemoving(undefined)
            say(text('settings.remotes.removed', { name: removing }))
            // The button that opened it is gone with its engine.
            requestAnimationFrame(() => heading.current?.focus())
          }}
        />
      )}
    </div>
  )
}

function RemoteItem({ remote, onRemove }: { remote: Remote; onRemove: () => void }): ReactNode {
  const text = useText<keyof typeof en>()
  const { name, baseUrl, key, removable } = remote
  const testing = useTestRemote()
  return (
    <li className="card">
      <div className="toolbar">
        <strong>{name}</strong>
        <span className={key?.isThere === false ? 'badge bad' : 'badge'}>
          {text(
            key === null
              ? 'settings.remotes.noKey'
              : key.isThere
                ? 'settings.remotes.key'
                : 'settings.remotes.keyMissing',
          )}
        </span>
        <span className="toolbar push">
          <button
            type="button"
            className="button small"
            aria-label={text('settings.remotes.test.what', { name })}
            aria-disabled={testing.isPending || undefined}
            onClick={() => testing.mutate({ name })}
          >
            {text('settings.remotes.test')}
          </button>
          {removable && (
            <button
              type="button"
              className="button small"
              aria-label={text('settings.remotes.remove.what', { name })}
              onClick={onRemove}
            >
              <Icon name="trash" />
              {text('settings.remotes.remove')}
            </button>
          )}
        </span>
      </div>
      <code>{baseUrl}</code>
      {key !== null && (
        <p className="help">
          <WithCode>{text(`settings.remotes.key.${key.from}`, { name: key.name })}</WithCode>
        </p>
      )}
      {!removable && <p className="help">{text('settings.remotes.fixed')}</p>}
      {testing.isPending && (
        <p role="status" className="help">
          {text('settings.remotes.testing')}
        </p>
      )}
      {testing.isError && (
        <p role="alert" className="help bad">
          <ServerWords error={testing.error} />
        </p>
      )}
      {testing.data && !testing.isPending && <TestResult result={testing.data} />}
    </li>
  )
}
