import { type ReactNode, useEffect, useRef } from 'react'
import { useText } from '../../i18n/Texts.tsx'
import { CopyButton } from '../../parts/CopyButton.tsx'
import { describeSchema } from './describeSchema.ts'
import { Method } from './Method.tsx'
import type en from './messages/en.json'
import type { Operation } from './operations.ts'
import { Prose } from './Prose.tsx'
import { SchemaView } from './SchemaView.tsx'
import { TryIt } from './TryIt.tsx'

/** One operation: what it is for, what it takes, what it answers; and a place to try it. */
export function OperationView({ operation, document: root }: { operation: Operation; document: unknown }): ReactNode {
  const text = useText<keyof typeof en>()
  const heading = useRef<HTMLHeadingElement>(null)
  // Whoever chose it from the list goes on reading here; when the page opens, it begins at its own beginning.
  useEffect(() => {
    if (document.activeElement !== document.body) heading.current?.focus()
  }, [])
  const { method, path, summary, description, parameters, body, responses, isPublic, group } = operation
  return (
    <article className="reference-operation" aria-labelledby="operation">
      <p className="muted reference-group">{group}</p>
      <h2 id="operation" tabIndex={-1} ref={heading} lang="en">
        {summary}
      </h2>
      <p className="reference-address">
        <Method method={method} />
        <code dir="ltr">{path}</code>
        <CopyButton text={() => location.href} label={text('reference.copyLink')} />
      </p>
      {description !== undefined && <Prose text={description} />}
      <p className="muted">{text(isPublic ? 'reference.public' : 'reference.needsKey')}</p>
      <TryIt operation={operation} document={root} />
      {parameters.length > 0 && (
        <section>
          <h3>{text('reference.parameters')}</h3>
          <ul className="schema-fields">
            {parameters.map((parameter) => {
              const { type, bounds, text: said } = describeSchema(parameter.schema ?? {}, root)
              const about = parameter.description ?? said
              return (
                <li key={parameter.name} className="schema-field">
                  <p className="schema-line">
                    <code className="schema-name">{parameter.name}</code>
                    <code className="schema-type">{[type, ...bounds].join(' ')}</code>
                    <span className="badge">{text(`reference.in.${parameter.in}`)}</span>
                    {parameter.required && <span className="badge info">{text('reference.required')}</span>}
                  </p>
                  {about !== undefined && <Prose text={about} />}
                </li>
              )
            })}
          </ul>
        </section>
      )}
      {body !== undefined && (
        <section>
          <h3>{text('reference.body')}</h3>
          <SchemaView schema={body} root={root} isRequest />
        </section>
      )}
      <section>
        <h3>{text('reference.responses')}</h3>
        {responses.map(({ status, types, schema }) => (
          <section key={status} className="reference-response">
            <h4>
              {status === 'default' ? text('reference.errors') : <code>{status}</code>}
              <span className="muted">{types.join(', ')}</span>
            </h4>
            {schema === undefined ? (
              <p className="muted">{text('reference.noSchema')}</p>
            ) : (
              <SchemaView schema={schema} root={root} isRequest={false} />
            )}
          </section>
        ))}
      </section>
    </article>
  )
}
