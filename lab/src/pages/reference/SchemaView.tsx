import { type ReactNode, useState } from 'react'
import { useText } from '../../i18n/Texts.tsx'
import { describeSchema, type Field, fieldsOf, type Inside } from './describeSchema.ts'
import type en from './messages/en.json'
import type { Schema } from './operations.ts'
import { Prose } from './Prose.tsx'

interface Shown {
  readonly root: unknown
  /** Whether it is to be written: then it matters what must be there. */
  readonly isRequest: boolean
}

/** The fields of a schema; what is inside of them is rendered when it is opened. */
export function SchemaView({ schema, ...shown }: Shown & { schema: Schema }): ReactNode {
  const { root } = shown
  const { type, text: said, inside } = describeSchema(schema, root)
  const fields = fieldsOf(schema, root)
  return (
    <div className="schema">
      {said !== undefined && <Prose text={said} />}
      {fields.length > 0 ? (
        <FieldList fields={fields} {...shown} />
      ) : (
        <>
          <p>
            <code className="schema-type">{type}</code>
          </p>
          {inside.map((part) => (
            <InsideView key={part.title} part={part} {...shown} />
          ))}
        </>
      )}
    </div>
  )
}

function FieldList({ fields, ...shown }: Shown & { fields: readonly Field[] }): ReactNode {
  // What must be there comes first.
  const inOrder = !shown.isRequest
    ? fields
    : [...fields.filter((each) => each.isRequired), ...fields.filter((each) => !each.isRequired)]
  return (
    <ul className="schema-fields">
      {inOrder.map((field) => (
        <FieldView key={field.name} field={field} {...shown} />
      ))}
    </ul>
  )
}

function FieldView({ field, ...shown }: Shown & { field: Field }): ReactNode {
  const text = useText<keyof typeof en>()
  const { type, text: said, bounds, inside, isNullable, default: usual } = describeSchema(field.schema, shown.root)
  return (
    <li className="schema-field">
      <p className="schema-line">
        <code className="schema-name">{field.name}</code>
        <code className="schema-type">{isNullable ? `${type} | null` : type}</code>
        {bounds.map((bound) => (
          <code key={bound} className="schema-bound">
            {bound}
          </code>
        ))}
        {shown.isRequest && field.isRequired && <span className="badge info">{text('reference.required')}</span>}
        {usual !== undefined && (
          <span className="muted">{text('reference.default', { value: JSON.stringify(usual) })}</span>
        )}
      </p>
      {said !== undefined && <Prose text={said} />}
      {inside.map((part) => (
        <InsideView key={part.title} part={part} {...shown} />
      ))}
    </li>
  )
}

function InsideView({ part, ...shown }: Shown & { part: Inside }): ReactNode {
  const text = useText<keyof typeof en>()
  const [isOpen, setOpen] = useState(false)
  return (
    <details className="schema-inside" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{part.title === '' ? text('reference.fields') : <code>{part.title}</code>}</summary>
      {isOpen && <SchemaView schema={part.schema} {...shown} />}
    </details>
  )
}
