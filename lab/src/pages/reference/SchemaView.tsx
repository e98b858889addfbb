import { type ReactNode, useState } from 'react'
import { useText } from '../../i18n/Texts.tsx'
import { describeSchema, type Field, fieldsOf, type Inside } from './describeSchema.ts'
import type en from './messages/en.json'
import type { Schema } from './operations.ts'

/** The fields of a schema; what is inside of them is rendered when it is opened. */
export function SchemaView({ schema, root }: { schema: Schema; root: unknown }): ReactNode {
  const { type, text: said, inside } = describeSchema(schema, root)
  const fields = fieldsOf(schema, root)
  return (
    <div className="schema">
      {said !== undefined && <p lang="en">{said}</p>}
      {fields.length > 0 ? (
        <FieldList fields={fields} root={root} />
      ) : (
        <>
          <p>
            <code className="schema-type">{type}</code>
          </p>
          {inside.map((part) => (
            <InsideView key={part.title} part={part} root={root} />
          ))}
        </>
      )}
    </div>
  )
}

function FieldList({ fields, root }: { fields: readonly Field[]; root: unknown }): ReactNode {
  // What must be there comes first.
  const inOrder = [...fields.filter((each) => each.isRequired), ...fields.filter((each) => !each.isRequired)]
  return (
    <ul className="schema-fields">
      {inOrder.map((field) => (
        <FieldView key={field.name} field={field} root={root} />
      ))}
    </ul>
  )
}

function FieldView({ field, root }: { field: Field; root: unknown }): ReactNode {
  const text = useText<keyof typeof en>()
  const { type, text: said, bounds, inside, isNullable, default: usual } = describeSchema(field.schema, root)
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
        {field.isRequired && <span className="badge info">{text('reference.required')}</span>}
        {usual !== undefined && (
          <span className="muted">{text('reference.default', { value: JSON.stringify(usual) })}</span>
        )}
      </p>
      {said !== undefined && <p lang="en">{said}</p>}
      {inside.map((part) => (
        <InsideView key={part.title} part={part} root={root} />
      ))}
    </li>
  )
}

function InsideView({ part, root }: { part: Inside; root: unknown }): ReactNode {
  const text = useText<keyof typeof en>()
  const [isOpen, setOpen] = useState(false)
  return (
    <details className="schema-inside" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{part.title === '' ? text('reference.fields') : <code>{part.title}</code>}</summary>
      {isOpen && <SchemaView schema={part.schema} root={root} />}
    </details>
  )
}
