import { type ReactNode, useEffect, useMemo, useState } from 'react'
import { useLanguage, useText } from '../../i18n/Texts.tsx'
import { type GrowingText, Markdown } from '../../parts/markdown/Markdown.tsx'
import type { AnswerFeed } from './AnswerFeed.ts'
import type en from './messages/en.json'
import { ToolCalls } from './ToolCalls.tsx'
import { type Channel, type ChatMessage, isLive } from './wire.ts'

/** What a model thought, did and said. */
export function AnswerBody({ message, feed }: { message: ChatMessage; feed: AnswerFeed }): ReactNode {
  const text = useText<keyof typeof en>()
  const reasoning = useGrowing(message, feed, 'reasoning')
  const growing = useGrowing(message, feed, 'text')
  const hasReasoning = useHasText(message.reasoning ?? '', reasoning)
  const hasText = useHasText(message.text, growing)
  const isWaiting = isLive(message) && !hasReasoning && !hasText
  return (
    <>
      {isWaiting && (
        <p className="chat-waiting">
          <span className="chat-dots" aria-hidden="true">
            <span />
            <span />
            <span />
          </span>
          {text('chat.waiting')}
        </p>
      )}
      {hasReasoning && (
        <Reasoning isThinking={isLive(message) && !hasText}>
          <Markdown text={message.reasoning ?? ''} growing={reasoning} />
        </Reasoning>
      )}
      <ToolCalls messageId={message.id} calls={message.data?.toolCalls ?? []} offered={message.data?.offered ?? []} />
      {hasText && <Markdown text={message.text} growing={growing} />}
    </>
  )
}

/** Open while the model thinks, closed once it speaks; unless a person chose otherwise. */
function Reasoning({ isThinking, children }: { isThinking: boolean; children: ReactNode }): ReactNode {
  const text = useText<keyof typeof en>()
  const [chosen, choose] = useState<boolean>()
  const isOpen = chosen ?? isThinking
  return (
    <details className="chat-reasoning" open={isOpen}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a summary is a button by itself */}
      <summary
        onClick={(event) => {
          event.preventDefault()
          choose(!isOpen)
        }}
      >
        {text(isThinking ? 'chat.reasoning.now' : 'chat.reasoning')}
      </summary>
      {children}
    </details>
  )
}

function useGrowing(message: ChatMessage, feed: AnswerFeed, channel: Channel): GrowingText | undefined {
  const { id } = message
  const isGrowing = isLive(message)
  return useMemo(
    () =>
      isGrowing ? { get: () => feed.get(id, channel), listen: (draw: () => void) => feed.listen(id, draw) } : undefined,
    [feed, id, channel, isGrowing],
  )
}

/** Becomes true with the first word: the one moment of a growing text that React has to know of. */
function useHasText(text: string, growing: GrowingText | undefined): boolean {
  const [hasGrown, setGrown] = useState(false)
  useEffect(() => {
    if (growing === undefined) return
    const look = (): void => setGrown(growing.get() !== '')
    look()
    return growing.listen(look)
  }, [growing])
  return text !== '' || (growing !== undefined && (hasGrown || growing.get() !== ''))
}

/** What an answer cost, quietly. */
export function AnswerFigures({ message }: { message: ChatMessage }): ReactNode {
  const text = useText<keyof typeof en>()
  const language = useLanguage()
  const { usage, timings, leftOut, finishReason } = message.data ?? {}
  const number = (value: number, digits = 0): string =>
    value.toLocaleString(language, { maximumFractionDigits: digits, minimumFractionDigits: digits })
  const figures = [
    message.model,
    usage && text('chat.figures.tokens', { count: usage.completionTokens }),
    timings?.tokensPerSecond != null && text('chat.figures.speed', { speed: number(timings.tokensPerSecond, 1) }),
    timings?.firstTokenMs != null && text('chat.figures.first', { seconds: number(timings.firstTokenMs / 1000, 2) }),
    timings !== undefined &&
      timings.loadMs >= 50 &&
      text('chat.figures.load', { seconds: number(timings.loadMs / 1000, 1) }),
    usage && text('chat.figures.prompt', { count: usage.promptTokens, cached: usage.cachedTokens }),
  ].filter((each) => typeof each === 'string')
  return (
    <>
      {finishReason === 'length' && <p className="chat-note">{text('chat.cut')}</p>}
      {leftOut !== undefined && leftOut.length > 0 && (
        <p className="chat-note">{text('chat.leftOut', { count: leftOut.length })}</p>
      )}
      {figures.length > 0 && <p className="chat-figures">{figures.join(' · ')}</p>}
    </>
  )
}
