import { useQuery } from '@tanstack/react-query'
import { Fragment, type ReactNode } from 'react'
import { Link } from 'wouter'
import { ask } from '../../api/ask.ts'
import { useText } from '../../i18n/Texts.tsx'
import { Failed, Loading } from '../../parts/States.tsx'
import { WithCode } from '../../parts/WithCode.tsx'
import { CopyCommand } from './CopyCommand.tsx'
import type { SettingsAnswer } from './contract.ts'
import type en from './messages/en.json'

interface Machine {
  readonly version: string
  readonly node: string
  readonly platform: string
  readonly paths: Readonly<Record<(typeof folders)[number], string>>
}

const folders = ['data', 'logs', 'cache'] as const

/** Which Sanjha this is, under which licence, where it keeps its things, and where to read on. */
export function About({ settings }: { settings: SettingsAnswer }): ReactNode {
  const text = useText<keyof typeof en>()
  const { data, error, refetch } = useQuery({
    queryKey: ['machine'],
    queryFn: ({ signal }) => ask<Machine>('/doctor', { signal }),
  })
  if (data === undefined) return error === null ? <Loading /> : <Failed error={error} onAgain={refetch} />
  const { userFile, projectFile } = settings
  return (
    <div className="stack">
      <section className="card">
        <h3>{text('settings.about.version')}</h3>
        <dl className="settings-facts">
          <dt>Sanjha</dt>
          <dd>{data.version}</dd>
          <dt>Node.js</dt>
          <dd>{data.node}</dd>
          <dt>{text('settings.about.platform')}</dt>
          <dd>{data.platform}</dd>
          <dt>{text('settings.about.licence')}</dt>
          <dd>
            Apache-2.0 <span className="muted">{text('settings.about.licence.body')}</span>
          </dd>
        </dl>
      </section>
      <section className="card">
        <h3>{text('settings.about.paths')}</h3>
        <dl className="settings-facts">
          <dt>{text('settings.about.userFile')}</dt>
          <dd>
            <CopyCommand command={userFile} />
          </dd>
          <dt>{text('settings.about.projectFile')}</dt>
          <dd>{projectFile === null ? text('settings.value.none') : <CopyCommand command={projectFile} />}</dd>
          {folders.map((folder) => (
            <Fragment key={folder}>
              <dt>{text(`settings.about.path.${folder}`)}</dt>
              <dd>
                <CopyCommand command={data.paths[folder]} />
              </dd>
            </Fragment>
          ))}
        </dl>
        <p className="help">
          <WithCode>{text('settings.about.home')}</WithCode>
        </p>
      </section>
      <section className="card">
        <h3>{text('settings.about.docs')}</h3>
        <ul>
          <li>
            <Link href="/reference">{text('settings.about.reference')}</Link>
          </li>
          <li>
            <a href="/sanjha/v1/reference">{text('settings.about.reference.server')}</a>
          </li>
        </ul>
        <p>
          <WithCode>{text('settings.about.docs.body')}</WithCode>
        </p>
        <CopyCommand command="sanjha --help" />
      </section>
    </div>
  )
}
