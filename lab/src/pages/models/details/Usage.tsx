import { type ReactNode, useId } from 'react'
import type { ModelRow } from '../mergeModels.ts'
import { canChat } from '../RowAction.tsx'
import { Command } from './Command.tsx'
import { useDetailText } from './texts.ts'

/** How to use a model from a terminal. */
export function Usage({ row, name }: { row: ModelRow | undefined; name: string }): ReactNode {
  const { text } = useDetailText()
  const id = useId()
  const word = shellWord(row?.place === 'catalog' || row?.place === 'pulling' ? (row.reference ?? name) : name)
  const isTalker = row === undefined || canChat(row)
  const commands = [
    row?.place === 'catalog' && row.reference !== null && `sanjha pull ${word}`,
    isTalker ? `sanjha run ${word}` : `sanjha serve ${word}`,
    row?.isStored && `sanjha show ${word}`,
  ].filter((command) => typeof command === 'string')
  if (row?.place === 'catalog' && row.reference === null) return null
  return (
    <section className="card" aria-labelledby={id}>
      <h2 id={id}>{text('models.usage')}</h2>
      <ul className="models-commands">
        {commands.map((command) => (
          <li key={command}>
            <Command command={command} />
          </li>
        ))}
      </ul>
    </section>
  )
}

/** As a shell takes it for one word. */
const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
