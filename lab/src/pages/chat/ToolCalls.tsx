import type { ReactNode } from 'react'
import { useText } from '../../i18n/Texts.tsx'
import { showEverything } from '../../parts/markdown/showEverything.ts'
import { showHidden } from '../../parts/markdown/showHidden.ts'
import type en from './messages/en.json'
import { StopCall } from './tools/StopCall.tsx'
import { ToolDecision } from './tools/ToolDecision.tsx'
import type { ToolCall } from './wire.ts'

const states = {
  requested: 'chat.tool.requested',
  running: 'chat.tool.running',
  done: 'chat.tool.done',
  failed: 'chat.tool.failed',
  refused: 'chat.tool.refused',
} as const

const looks = { requested: 'warn', running: 'info', done: 'good', failed: 'bad', refused: 'bad' } as const

/** What the model did besides speaking, each call apart. */
export function ToolCalls(props: {
  messageId: string
  calls: readonly ToolCall[]
  /** Tools that the model was told of. */
  offered: readonly string[]
}): ReactNode {
  const { messageId, calls, offered } = props
  const text = useText<keyof typeof en>()
  return calls.map((call) => (
    // What is asked for has to be seen before it is allowed.
    <details
      key={call.id}
      className="chat-tool"
      data-state={call.state}
      open={call.state === 'requested' || call.state === 'running' || undefined}
    >
      <summary>
        <span>
          {text('chat.tool')} <code>{showEverything(call.name)}</code>
        </span>
        <span className={`badge ${looks[call.state as keyof typeof looks] ?? ''}`}>
          {Object.hasOwn(states, call.state) ? text(states[call.state as keyof typeof states]) : call.state}
        </span>
      </summary>
      <p>{text('chat.tool.arguments')}</p>
      <Raw text={showEverything(pretty(call.arguments))} />
      {call.state === 'requested' && (
        <ToolDecision messageId={messageId} call={call} isOffered={offered.includes(call.name)} />
      )}
      {call.state === 'running' && <StopCall messageId={messageId} name={call.name} />}
      {call.result !== undefined && (
        <>
          <p>{text('chat.tool.result')}</p>
          <Raw text={showHidden(call.result)} />
        </>
      )}
    </details>
  ))
}

function Raw({ text }: { text: string }): ReactNode {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <pre tabIndex={0} dir="ltr">
      <code>{text}</code>
    </pre>
  )
}

function pretty(json: string): string {
  try {
    return JSON.stringify(JSON.parse(json), null, 2)
  } catch {
    return json
  }
}
