import { type ReactNode, useLayoutEffect, useRef } from 'react'
import type { RunState } from '../../api/Run.ts'
import { CopyButton } from '../../parts/CopyButton.tsx'
import type { LogLine, RunHistory } from './foldEvents.ts'
import { useRunTexts } from './texts.ts'

/** What a run said, line by line. It follows the end as long as the end is what is looked at. */
export function RunLog({ history, isLive }: { history: RunHistory; isLive: boolean }): ReactNode {
  const { text, times } = useRunTexts()
  const { log, leftOut } = history
  const box = useRef<HTMLDivElement>(null)
  const isAtEnd = useRef(true)
  const last = log.at(-1)?.sequence
  useLayoutEffect(() => {
    const element = box.current
    if (element !== null && isAtEnd.current && last !== undefined) element.scrollTop = element.scrollHeight
  }, [last])
  const words = ({ level, message }: LogLine): string =>
    level === 'state' ? text(`runs.state.${message as RunState}`) : message
  return (
    <section className="card" aria-labelledby="runs-log">
      <header className="runs-log-head">
        <h2 id="runs-log" className="runs-title">
          {text('runs.log')}
        </h2>
        {log.length > 0 && (
          <CopyButton
            label={text('runs.log.copy')}
            text={() => log.map((line) => `${line.at} ${line.level}: ${line.message}`).join('\n')}
          />
        )}
      </header>
      {leftOut > 0 && <p className="muted">{text('runs.log.leftOut', { count: leftOut })}</p>}
      {log.length === 0 ? (
        <p className="muted">{text(isLive ? 'runs.log.waiting' : 'runs.log.empty')}</p>
      ) : (
        <div
          ref={box}
          className="runs-log"
          role="log"
          aria-labelledby="runs-log"
          aria-live="off"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
          tabIndex={0}
          onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
            isAtEnd.current = scrollHeight - scrollTop - clientHeight < 24
          }}
        >
          {log.map((line) => (
            <p key={line.sequence} data-level={line.level}>
              <time dateTime={line.at}>{times.clock(new Date(line.at))}</time>{' '}
              <span lang={line.level === 'state' ? undefined : 'en'}>{words(line)}</span>
            </p>
          ))}
        </div>
      )}
    </section>
  )
}
