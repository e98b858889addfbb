import { type ReactNode, useId, useState } from 'react'
import { useText } from '../../../i18n/Texts.tsx'
import { exampleOf } from '../../../parts/jsonSchema/exampleOf.ts'
import { type SchemaProblem, schemaProblem } from '../../../parts/jsonSchema/schemaProblem.ts'
import type en from './messages/en.json'

const starter = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    age: { type: 'integer', minimum: 0, maximum: 120 },
    languages: { type: 'array', items: { type: 'string' }, maxItems: 5 },
  },
  required: ['name', 'age', 'languages'],
  additionalProperties: false,
}

type Checked = { schema: unknown } | { notJson: string } | { problem: SchemaProblem }

/** Free text, or JSON by a schema that is written here and checked while it is. */
export function AnswerForm(props: { schema: unknown; onChange: (schema: unknown) => void }): ReactNode {
  const text = useText<keyof typeof en>()
  const id = useId()
  const { schema, onChange } = props
  return (
    <fieldset className="answer-form">
      <legend>{text('chatSettings.form')}</legend>
      <div className="answer-form-kinds">
        <label>
          <input type="radio" name={id} checked={schema === undefined} onChange={() => onChange(undefined)} />{' '}
          {text('chatSettings.form.text')}
        </label>
        <label>
          <input
            type="radio"
            name={id}
            checked={schema !== undefined}
            onChange={() => onChange(schema === undefined ? starter : schema)}
          />{' '}
          {text('chatSettings.form.schema')}
        </label>
      </div>
      {schema !== undefined && <SchemaEditor schema={schema} onChange={onChange} />}
    </fieldset>
  )
}

function SchemaEditor({ schema, onChange }: { schema: unknown; onChange: (schema: unknown) => void }): ReactNode {
  const text = useText<keyof typeof en>()
  const id = useId()
  const [draft, setDraft] = useState<{ text: string; of: unknown }>()
  const [example, setExample] = useState<unknown>()
  const isMine = draft !== undefined && JSON.stringify(draft.of) === JSON.stringify(schema)
  const shown = isMine ? draft.text : JSON.stringify(schema, null, 2)
  const checked = check(shown)
  const isFine = 'schema' in checked
  const write = (next: string): void => {
    const result = check(next)
    setExample(undefined)
    setDraft({ text: next, of: 'schema' in result ? result.schema : schema })
    if ('schema' in result) onChange(result.schema)
  }
  return (
    <>
      <label className="answer-form-label" htmlFor={id}>
        {text('chatSettings.form.label')}
      </label>
      <textarea
        id={id}
        className="answer-form-schema"
        rows={12}
        spellCheck={false}
        dir="ltr"
        value={shown}
        aria-invalid={!isFine}
        aria-describedby={`${id}-about ${id}-check`}
        onChange={(event) => write(event.target.value)}
      />
      <div id={`${id}-check`} role="status" className={isFine ? 'answer-form-fine' : 'parameter-wrong'}>
        {isFine ? text('chatSettings.form.fine') : <Wrong checked={checked} />}
      </div>
      <div className="answer-form-buttons">
        <button
          type="button"
          className="button small"
          disabled={!isFine}
          onClick={() => isFine && setExample(exampleOf(checked.schema, { optionalUntil: 3 }))}
        >
          {text('chatSettings.form.example')}
        </button>
        <button
          type="button"
          className="button plain small"
          disabled={!isFine}
          onClick={() => isFine && write(JSON.stringify(checked.schema, null, 2))}
        >
          {text('chatSettings.form.tidy')}
        </button>
        <button type="button" className="button plain small" onClick={() => write(JSON.stringify(starter, null, 2))}>
          {text('chatSettings.form.starter')}
        </button>
      </div>
      <div aria-live="polite">
        {example !== undefined && (
          <>
            <p>{text('chatSettings.form.exampleIs')}</p>
            {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
            <pre className="answer-form-example" dir="ltr" tabIndex={0}>
              {JSON.stringify(example, null, 2)}
            </pre>
          </>
        )}
      </div>
      <p className="parameter-about" id={`${id}-about`}>
        {text('chatSettings.form.what')}
      </p>
    </>
  )
}

function Wrong({ checked }: { checked: Exclude<Checked, { schema: unknown }> }): ReactNode {
  const text = useText<keyof typeof en>()
  if ('notJson' in checked) {
    return (
      <p>
        {text('chatSettings.form.notJson')} <span lang="en">{checked.notJson}</span>{' '}
        {text('chatSettings.form.stillOther')}
      </p>
    )
  }
  const { at, why, keyword } = checked.problem
  const problem = text(`chatSettings.form.${why}`, keyword === undefined ? {} : { keyword })
  return (
    <p>
      {at === '' ? problem : text('chatSettings.form.at', { at, problem })} {text('chatSettings.form.stillOther')}
    </p>
  )
}

function check(text: string): Checked {
  let schema: unknown
  try {
    schema = JSON.parse(text)
  } catch (error) {
    return { notJson: error instanceof Error ? error.message : String(error) }
  }
  const problem = schemaProblem(schema)
  return problem === undefined ? { schema } : { problem }
}
