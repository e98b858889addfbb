import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useId } from 'react'
import { LabError } from '../../../api/LabError.ts'
import { useText } from '../../../i18n/Texts.tsx'
import { WithMessages } from '../../../i18n/WithMessages.tsx'
import { showEverything } from '../../../parts/markdown/showEverything.ts'
import { showHidden } from '../../../parts/markdown/showHidden.ts'
import { Failed, Loading } from '../../../parts/States.tsx'
import type en from './messages/en.json'
import { type ToolServer, toolApi } from './toolApi.ts'
import './tools.css'

interface ToolServersProps {
  /** Null: one that is not begun. */
  readonly chat: string | null
  /** Names of the servers that the chat uses. */
  readonly value: readonly string[]
  readonly onChange: (value: readonly string[]) => void
}

/** Which tool servers the model is told of in this chat. */
export function ToolServers(props: ToolServersProps): ReactNode {
  return (
    <WithMessages folder="pages/chat/tools">
      <Servers {...props} />
    </WithMessages>
  )
}

function Servers({ chat, value, onChange }: ToolServersProps): ReactNode {
  const text = useText<keyof typeof en>()
  const { data, error, refetch } = useQuery({ queryKey: ['tools'], queryFn: ({ signal }) => toolApi.list(signal) })
  const missing = data === undefined ? [] : value.filter((name) => !data.some((server) => server.name === name))
  return (
    <details className="parameter-group" open={value.length > 0 || undefined}>
      <summary>
        <span>{text('tools.title')}</span>
        {value.length > 0 && <span className="parameter-changed">{text('tools.used', { count: value.length })}</span>}
      </summary>
      {data === undefined ? (
        error === null ? (
          <Loading />
        ) : (
          <Failed error={error} onAgain={refetch} />
        )
      ) : data.length === 0 ? (
        <p className="help">
          {text('tools.none')} <code>sanjha config set toolServers '[…]'</code>
        </p>
      ) : (
        <>
          <p className="help">{text('tools.about')}</p>
          <ul className="tool-servers">
            {data.map((server) => (
              <Server
                key={server.name}
                server={server}
                isUsed={value.includes(server.name)}
                onUse={(use) => onChange(use ? [...value, server.name] : value.filter((name) => name !== server.name))}
              />
            ))}
          </ul>
        </>
      )}
      {chat !== null && <Allowed chat={chat} />}
      {missing.map((name) => (
        <p key={name} className="help bad">
          {text('tools.gone', { name })}{' '}
          <button
            type="button"
            className="button small"
            onClick={() => onChange(value.filter((other) => other !== name))}
          >
            {text('tools.take')}
          </button>
        </p>
      ))}
    </details>
  )
}

function Server(props: { server: ToolServer; isUsed: boolean; onUse: (use: boolean) => void }): ReactNode {
  const text = useText<keyof typeof en>()
  const id = useId()
  const client = useQueryClient()
  const { server, isUsed, onUse } = props
  const asking = useMutation({
    mutationFn: () => toolApi.tools(server.name),
    onSettled: () => client.invalidateQueries({ queryKey: ['tools'] }),
  })
  const failure = asking.error === null ? server.error : LabError.from(asking.error).facts
  return (
    <li>
      <div className="tool-server">
        <input id={id} type="checkbox" checked={isUsed} onChange={(event) => onUse(event.target.checked)} />
        <label htmlFor={id}>
          <strong>{server.name}</strong> <span className="muted">{text(`tools.kind.${server.transport}`)}</span>
        </label>
        <button type="button" className="button small" disabled={asking.isPending} onClick={() => asking.mutate()}>
          {text(asking.isPending ? 'tools.asking' : 'tools.ask')}
        </button>
      </div>
      <p className="help">
        <code>{showEverything(server.where)}</code>
      </p>
      {failure !== null && server.tools === null && (
        <div role="alert" className="help bad" lang="en">
          <p>{failure.message}</p>
          {failure.hint !== undefined && <p>{failure.hint}</p>}
        </div>
      )}
      {server.tools !== null && (
        <details>
          <summary>{text('tools.count', { count: server.tools.length })}</summary>
          <dl className="tool-list">
            {server.tools.map((tool) => (
              <div key={tool.name}>
                <dt>
                  <code>{showEverything(tool.tool)}</code>{' '}
                  {tool.claims.readOnly === true && <span className="muted">{text('tools.readOnly')}</span>}
                  {tool.claims.destructive === true && <span className="badge warn">{text('tools.destructive')}</span>}
                </dt>
                <dd dir="auto">{showHidden(tool.description)}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </li>
  )
}

/** What is called without a question in this chat, each to be taken back. */
function Allowed({ chat }: { chat: string }): ReactNode {
  const text = useText<keyof typeof en>()
  const client = useQueryClient()
  const queryKey = ['tools', 'allowed', chat]
  const { data = [] } = useQuery({ queryKey, queryFn: ({ signal }) => toolApi.allowed(chat, signal) })
  const revoking = useMutation({
    mutationFn: (tool: string) => toolApi.revoke(chat, tool),
    onSettled: () => client.invalidateQueries({ queryKey }),
  })
  if (data.length === 0) return null
  return (
    <>
      <p className="help">{text('tools.allowed')}</p>
      <ul className="tool-servers">
        {data.map((tool) => (
          <li key={tool} className="tool-server">
            <code>{showEverything(tool)}</code>
            <button
              type="button"
              className="button small"
              disabled={revoking.isPending}
              aria-label={text('tools.revokeOf', { name: tool })}
              onClick={() => revoking.mutate(tool)}
            >
              {text('tools.revoke')}
            </button>
          </li>
        ))}
      </ul>
    </>
  )
}
