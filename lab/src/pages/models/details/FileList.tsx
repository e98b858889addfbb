import { type ReactNode, useId } from 'react'
import { Size } from '../facts.tsx'
import type { ModelFacts } from '../wire.ts'
import { useDetailText } from './texts.ts'

export function FileList({ files }: Pick<ModelFacts, 'files'>): ReactNode {
  const { text } = useDetailText()
  const id = useId()
  return (
    <section className="card" aria-labelledby={id}>
      <h2 id={id}>{text('models.files', { count: files.length })}</h2>
      <ul className="models-sources">
        {files.map(({ name, size, digest }) => (
          <li key={name}>
            <strong>{name}</strong> <Size bytes={size} />
            <small className="models-second">
              <code>{digest}</code>
            </small>
          </li>
        ))}
      </ul>
    </section>
  )
}
