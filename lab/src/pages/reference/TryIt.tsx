import { useQuery } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useId, useState } from 'react'
import { ask } from '../../api/ask.ts'
import { LabError } from '../../api/LabError.ts'
import { useText } from '../../i18n/Texts.tsx'
import { confirm } from '../../parts/Confirmations.tsx'
import { CopyAs } from '../../parts/copyAs/CopyAs.tsx'
import { thisServer } from '../../parts/copyAs/thisServer.ts'
import { Icon } from '../../parts/Icon.tsx'
import { Failed } from '../../parts/States.tsx'
import { bodyProblem, buildCopy, buildPath, type Form } from './buildRequest.ts'
import { exampleBody, exampleParameter } from './examples.ts'
import type en from './messages/en.json'
import { isDestructive, type Operation, type ParameterFacts } from './operations.ts'
import { ResponseView } from './ResponseView.tsx'
import { useSending } from './useSending.ts'

/** A request to fill in and to send, for real, to this server. */
export function TryIt({ operation, document }: { operation: Operation; document: unknown }): ReactNode {
  const text = useText<keyof typeof en>()
  const id = useId()
  const { model, refetch } = useStoredModel()
  // What nobody has changed follows the example, which gets better once it is known which models there are.
  const [changed, setChanged] = useState<{ parameters: Readonly<Record<string, string>>; body?: string }>({
    parameters: {},
  })
  const { sent, isBusy, send, stop } = useSending()
  const example = exampleBody(operation, document, model)
  const form: Form = {
    parameters: Object.fromEntries(
      operation.parameters.map(({ name }) => [
        name,
        changed.parameters[name] ?? exampleParameter(operation, name, model),
      ]),
    ),
    body: changed.body ?? (example === undefined ? '' : JSON.stringify(example, null, 2)),
  }
  const hasBody = operation.body !== undefined
  const problem = hasBody ? bodyProblem(form.body) : undefined
  const copy = buildCopy(operation, form, thisServer())
  const submit = async (): Promise<void> => {
    if (isBusy || problem !== undefined) return
    const path = buildPath(operation, form.parameters)
    const { method } = operation
    if (isDestructive(operation)) {
      const isSure = await confirm({
        title: text('reference.sure', { request: `${method} ${path}` }),
        body: <p>{text('reference.sure.body')}</p>,
        action: text('reference.sure.send'),
        isDangerous: true,
      })
      if (!isSure) return
    }
    await send({ method, path, ...(hasBody && { body: form.body }) })
  }
  return (
    <section className="card try-it" aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>{text('reference.try')}</h3>
      <form
        onSubmit={(event: FormEvent) => {
          event.preventDefault()
          void submit()
        }}
      >
        {operation.parameters.map((parameter) => (
          <ParameterInput
            key={parameter.name}
            parameter={parameter}
            value={form.parameters[parameter.name] ?? ''}
            onChange={(value) =>
              setChanged({ ...changed, parameters: { ...changed.parameters, [parameter.name]: value } })
            }
          />
        ))}
        {hasBody && (
          <div className="field">
            <label htmlFor={`${id}-body`}>{text('reference.body')}</label>
            <textarea
              id={`${id}-body`}
              className="try-it-body"
              rows={Math.min(20, Math.max(4, form.body.split('\n').length + 1))}
              spellCheck={false}
              dir="ltr"
              value={form.body}
              aria-invalid={problem !== undefined}
              aria-describedby={`${id}-problem`}
              onChange={(event) => setChanged({ ...changed, body: event.target.value })}
            />
            <p id={`${id}-problem`} className="help bad" role="status">
              {problem !== undefined && (
                <>
                  {text('reference.notJson')} <span lang="en">{problem}</span>
                </>
              )}
            </p>
          </div>
        )}
        <div className="toolbar">
          <button type="submit" className="button primary" aria-disabled={isBusy || problem !== undefined}>
            <Icon name="send" />
            {text('reference.send')}
          </button>
          <button type="button" className="button" aria-disabled={!isBusy} onClick={stop}>
            <Icon name="stop" />
            {text('reference.stop')}
          </button>
          {hasBody && changed.body !== undefined && (
            <button
              type="button"
              className="button plain"
              onClick={() => {
                const { body, ...rest } = changed
                setChanged(rest)
                window.document.getElementById(`${id}-body`)?.focus()
              }}
            >
              {text('reference.example')}
            </button>
          )}
          <span className="push">{copy !== undefined && <CopyAs request={copy} />}</span>
        </div>
      </form>
      {sent !== undefined && <ResponseView sent={sent} />}
      {sent?.status?.code === 401 && !isBusy && (
        <Failed
          error={lacksKey}
          onAgain={() => {
            void refetch()
            void submit()
          }}
        />
      )}
    </section>
  )
}

function ParameterInput(props: {
  parameter: ParameterFacts
  value: string
  onChange: (value: string) => void
}): ReactNode {
  const { parameter, value, onChange } = props
  const id = useId()
  const choices = parameter.schema?.['enum']
  return (
    <div className="field try-it-parameter">
      <label htmlFor={id}>
        <code>{parameter.name}</code>
      </label>
      {Array.isArray(choices) ? (
        <select id={id} value={value} onChange={(event) => onChange(event.target.value)}>
          {!parameter.required && <option value="" />}
          {choices.map((choice) => (
            <option key={String(choice)}>{String(choice)}</option>
          ))}
        </select>
      ) : (
        <input
          id={id}
          dir="ltr"
          autoComplete="off"
          spellCheck={false}
          required={parameter.in === 'path' || parameter.required}
          value={value}
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </div>
  )
}

/** Where a key is asked for, the page asks for it in turn. */
const lacksKey = new LabError({ code: 'unauthorized', message: '', status: 401, retryable: false })

/** A model to make examples with: the first of those that are here. */
function useStoredModel(): { model: string | undefined; refetch: () => Promise<unknown> } {
  const { data, refetch } = useQuery({
    queryKey: ['reference model'],
    queryFn: async ({ signal }) => (await ask('/models', { signal })).models,
    staleTime: 60_000,
  })
  return { model: data?.[0]?.name, refetch }
}
