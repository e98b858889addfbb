import {
  type ReactNode,
  type Ref,
  useEffect,
  useId,
  useImperativeHandle,
  useLayoutEffect,
  useRef,
  useState,
} from 'react'
import { useText } from '../../i18n/Texts.tsx'
import { Icon } from '../../parts/Icon.tsx'
import { AttachmentList } from './AttachmentList.tsx'
import type { Question } from './chatApi.ts'
import { chatMemory } from './chatMemory.ts'
import type en from './messages/en.json'
import { useAttachments } from './useAttachments.ts'

export interface ComposerHandle {
  focus(): void
}

/** Where a question is written. What is written is kept as long as the tab, for each chat. */
export function Composer(props: {
  chat: string | undefined
  /** Whether the model can look at pictures. */
  canSee: boolean
  /** An answer is being written: then it can be stopped. */
  isAnswering: boolean
  /** There is a model to ask. */
  canAsk: boolean
  isBusy: boolean
  onSend: (question: Question) => Promise<boolean>
  onStop: () => void
  onDraft: (draft: Question) => void
  ref?: Ref<ComposerHandle>
  children?: ReactNode
}): ReactNode {
  const { chat, isAnswering, canAsk, isBusy, onSend, onStop, onDraft } = props
  const say = useText<keyof typeof en>()
  const [text, setText] = useState(() => chatMemory.draft(chat))
  const latest = useRef(text)
  const area = useRef<HTMLTextAreaElement>(null)
  const files = useRef<HTMLInputElement>(null)
  const id = useId()
  const { attachments, refused, add, remove, clear } = useAttachments(props.canSee)
  useImperativeHandle(props.ref, () => ({ focus: () => area.current?.focus() }))
  useGrowingArea(area, text)
  const draftTold = useRef(onDraft)
  useEffect(() => {
    draftTold.current = onDraft
  })
  useEffect(() => draftTold.current({ text, attachments }), [text, attachments])
  const write = (written: string): void => {
    latest.current = written
    setText(written)
    chatMemory.keepDraft(chat, written)
  }
  const canSend = canAsk && !isBusy && !isAnswering && (text.trim() !== '' || attachments.length > 0)
  const send = async (): Promise<void> => {
    if (!canSend) return
    if (await onSend({ text, attachments })) {
      // What was written while the question was on its way is the next one.
      if (latest.current === text) write('')
      clear()
    }
    area.current?.focus()
  }
  return (
    <form
      className="chat-composer"
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault()
        void add([...event.dataTransfer.files])
      }}
    >
      <label htmlFor={id} className="shell-hidden">
        {say('chat.message')}
      </label>
      <textarea
        id={id}
        ref={area}
        rows={1}
        dir="auto"
        value={text}
        placeholder={say('chat.placeholder')}
        onChange={(event) => write(event.target.value)}
        onPaste={(event) => {
          if (event.clipboardData.files.length === 0) return
          event.preventDefault()
          void add([...event.clipboardData.files])
        }}
        onKeyDown={(event) => {
          // Enter that ends a composition (Punjabi, Chinese …) chooses a word; 229 is what Safari says then.
          if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing || event.keyCode === 229) return
          event.preventDefault()
          void send()
        }}
      />
      <AttachmentList attachments={attachments} refused={refused} onRemove={remove} />
      <div className="chat-composer-row">
        <input
          ref={files}
          type="file"
          multiple
          hidden
          onChange={(event) => {
            void add([...(event.target.files ?? [])])
            event.target.value = ''
          }}
        />
        <button
          type="button"
          className="icon-button"
          aria-label={say('chat.attach')}
          title={say('chat.attach')}
          onClick={() => files.current?.click()}
        >
          <Icon name="attach" />
        </button>
        {props.children}
        {isAnswering ? (
          <button key="act" type="button" className="button primary chat-act" onClick={onStop}>
            <Icon name="stop" size="1em" />
            {say('chat.stop')}
          </button>
        ) : (
          <button key="act" type="submit" className="button primary chat-act" aria-disabled={!canSend}>
            <Icon name="send" size="1em" />
            {say('chat.send')}
          </button>
        )}
      </div>
    </form>
  )
}

/** As high as what is written in it, up to a third of the screen. */
function useGrowingArea(area: React.RefObject<HTMLTextAreaElement | null>, text: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text is what makes it grow
  useLayoutEffect(() => {
    const element = area.current
    if (element === null) return
    element.style.blockSize = 'auto'
    element.style.blockSize = `${element.scrollHeight + 2}px`
  }, [text])
}
