import { useQuery } from '@tanstack/react-query'
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import { loadMessages } from '../../i18n/loadMessages.ts'
import { TextsProvider, useLanguage, useText } from '../../i18n/Texts.tsx'
import type { MarkdownLabels } from './MarkdownLabels.ts'
import type { MarkdownView } from './MarkdownView.ts'
import type en from './messages/en.json'
import { showHidden } from './showHidden.ts'
import './markdown.css'

/** A text that is still being written. */
export interface GrowingText {
  get(): string
  /** Calls `draw` when there is more to draw. Returns how to end that. */
  listen(draw: () => void): () => void
}

interface Parts {
  readonly View: typeof MarkdownView
  readonly labels: MarkdownLabels
}

const PartsContext = createContext<Parts | undefined>(undefined)
/** To be called by whoever has something to show. */
const WantContext = createContext<() => void>(() => undefined)
const noMessages = {}

/**
 * Fetches what reads Markdown: once something is to be shown, or a person begins to do something. A page with nothing in it is
 * there sooner without. Until it has come, `Markdown` inside shows text as it is.
 */
export function MarkdownProvider({ children }: { children: ReactNode }): ReactNode {
  const language = useLanguage()
  const [isWanted, setWanted] = useState(false)
  const want = useCallback(() => setWanted(true), [])
  useEffect(() => {
    const options = { once: true, capture: true } as const
    addEventListener('keydown', want, options)
    addEventListener('pointerdown', want, options)
    return () => {
      removeEventListener('keydown', want, options)
      removeEventListener('pointerdown', want, options)
    }
  }, [want])
  const { data } = useQuery({
    queryKey: ['messages', 'parts/markdown', language],
    queryFn: async () => {
      const [view, messages] = await Promise.all([
        import('./MarkdownView.ts'),
        loadMessages('parts/markdown', language),
      ])
      return { View: view.MarkdownView, messages }
    },
    enabled: isWanted,
    staleTime: Number.POSITIVE_INFINITY,
  })
  // One tree before and after: what is inside must not be made anew while somebody writes in it.
  return (
    <WantContext value={want}>
      <TextsProvider language={language} messages={data?.messages ?? noMessages}>
        <WithParts View={data?.View}>{children}</WithParts>
      </TextsProvider>
    </WantContext>
  )
}

function WithParts({ View, children }: { View: typeof MarkdownView | undefined; children: ReactNode }): ReactNode {
  const text = useText<keyof typeof en>()
  const parts = useMemo<Parts | undefined>(
    () =>
      View && {
        View,
        labels: {
          copy: text('markdown.copy'),
          copied: text('markdown.copied'),
          code: text('markdown.code'),
          table: text('markdown.table'),
          left: text('markdown.left'),
          image: (description) =>
            description.trim() === '' ? text('markdown.image.bare') : text('markdown.image', { description }),
          host: (host) => text('markdown.host', { host }),
        },
      },
    [View, text],
  )
  return <PartsContext value={parts}>{children}</PartsContext>
}

/** Text that a model wrote, shown as it meant it. Nothing in it can run or load anything. */
export function Markdown({ text, growing }: { text: string; growing?: GrowingText | undefined }): ReactNode {
  const parts = useContext(PartsContext)
  const want = useContext(WantContext)
  useEffect(want, [want])
  if (parts === undefined) return <Plain text={text} growing={growing} />
  return <Rendered parts={parts} text={text} growing={growing} />
}

function Plain({ text, growing }: { text: string; growing: GrowingText | undefined }): ReactNode {
  return (
    <div className="md md-plain" dir="auto">
      {showHidden(growing?.get() ?? text)}
    </div>
  )
}

function Rendered(props: { parts: Parts; text: string; growing: GrowingText | undefined }): ReactNode {
  const { parts, text, growing } = props
  const root = useRef<HTMLDivElement>(null)
  const made = useRef<{ view: MarkdownView; parts: Parts }>(undefined)
  useLayoutEffect(() => {
    const element = root.current as HTMLDivElement
    if (made.current?.parts !== parts) {
      element.replaceChildren()
      made.current = { view: new parts.View(element, parts.labels), parts }
    }
    const { view } = made.current
    if (growing === undefined) {
      view.show(text, false)
      return
    }
    const draw = (): void => view.show(growing.get(), true)
    draw()
    return growing.listen(draw)
  }, [growing, text, parts])
  return <div className="md" ref={root} />
}
