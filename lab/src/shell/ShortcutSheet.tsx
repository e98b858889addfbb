import { type ReactNode, useId } from 'react'
import type en from '../i18n/messages/en.json'
import { useText } from '../i18n/Texts.tsx'
import { Dialog } from '../parts/Dialog.tsx'
import { type Command, useAllCommands } from './commands.ts'
import { Shortcut } from './Shortcut.tsx'

/** The keys of this page, and of all pages. */
export function ShortcutSheet({ onClose }: { onClose: () => void }): ReactNode {
  const text = useText<keyof typeof en>()
  const groups = Map.groupBy(
    useAllCommands().filter(({ shortcut }) => shortcut !== undefined),
    ({ group }) => group,
  )
  return (
    <Dialog title={text('shortcuts.title')} onClose={onClose}>
      {[...groups].map(([group, commands]) => (
        <Group key={group} name={group} commands={commands} />
      ))}
    </Dialog>
  )
}

function Group({ name, commands }: { name: string; commands: readonly Command[] }): ReactNode {
  const id = useId()
  return (
    <section aria-labelledby={id}>
      <h3 id={id} className="shortcuts-group">
        {name}
      </h3>
      <dl className="shortcuts">
        {commands.map(({ id: key, title, shortcut = '' }) => (
          <div key={key} className="shortcuts-row">
            <dt>{title}</dt>
            <dd>
              <Shortcut keys={shortcut} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  )
}
