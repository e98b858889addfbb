import type { ReactNode } from 'react'
import { useText } from '../../i18n/Texts.tsx'
import { shellWord } from '../../parts/copyAs/shellWord.ts'
import { WithCode } from '../../parts/WithCode.tsx'
import { CopyCommand } from './CopyCommand.tsx'
import type { SettingEntry } from './contract.ts'
import type en from './messages/en.json'
import { OriginText } from './OriginText.tsx'
import { SettingEditor } from './SettingEditor.tsx'
import { plainValue } from './showValue.ts'
import { useSettingTexts } from './useSettingTexts.ts'
import { ValueText } from './ValueText.tsx'

/** One setting: what it is, what it means, what it is set to and by whom, and how to change it. */
export function SettingRow({ setting }: { setting: SettingEntry }): ReactNode {
  const text = useText<keyof typeof en>()
  const { name, meaning, isTranslated } = useSettingTexts()(setting)
  const id = `setting-${setting.key}`
  const locked = whyLocked(setting)
  return (
    <article className="settings-row" aria-labelledby={id}>
      <header className="settings-row-head">
        <h3 id={id}>{name}</h3>
        {name !== setting.key && <code>{setting.key}</code>}
        {setting.pending && <span className="badge warn">{text('settings.pending.badge')}</span>}
      </header>
      <div id={`${id}-about`}>
        <p className="settings-meaning" lang={isTranslated ? undefined : 'en'}>
          <WithCode>{meaning}</WithCode>
        </p>
        {!isTranslated && <p className="help">{text('settings.notTranslated')}</p>}
      </div>
      {locked === undefined ? (
        <SettingEditor setting={setting} name={name} labelledBy={id} describedBy={`${id}-about`} />
      ) : (
        <div className="settings-fixed">
          <div>
            {setting.secret ? (
              text(setting.isSet ? 'settings.secret.set' : 'settings.secret.unset')
            ) : (
              <ValueText value={setting.value} />
            )}
          </div>
          <p className="help">
            <WithCode>{text(`settings.locked.${locked}`)}</WithCode>
          </p>
        </div>
      )}
      <footer className="settings-row-foot">
        <p className="help">
          <OriginText origin={setting.origin} />
        </p>
        <Elsewhere setting={setting} />
      </footer>
    </article>
  )
}

/** Why a setting is only shown here; undefined where it can be changed. */
function whyLocked({
  secret,
  origin,
  editable,
  key,
}: SettingEntry): 'secret' | 'flag' | 'env' | 'project' | 'keys' | 'remotes' | 'file' | undefined {
  if (key === 'server.apiKeys') return 'keys'
  if (secret) return 'secret'
  // These win over the user's file, so that writing there would change nothing.
  if (origin.from === 'flag' || origin.from === 'env' || origin.from === 'project') return origin.from
  if (editable) return undefined
  return key === 'remotes' ? 'remotes' : 'file'
}

function Elsewhere({ setting }: { setting: SettingEntry }): ReactNode {
  const text = useText<keyof typeof en>()
  const { name, takes } = useSettingTexts()(setting)
  const { key, env, secret } = setting
  const { value } = setting
  return (
    <details className="settings-more">
      <summary>
        {text('settings.more')}
        <span className="shell-hidden">: {name}</span>
      </summary>
      <dl>
        <dt>{text('settings.more.takes')}</dt>
        <dd>
          <WithCode>{takes}</WithCode>
        </dd>
        {!secret && (
          <>
            <dt>{text('settings.more.default')}</dt>
            <dd>
              <ValueText value={setting.default} />
            </dd>
          </>
        )}
        {setting.editable && (
          <>
            <dt>{text('settings.more.applies')}</dt>
            <dd>{text(setting.needsRestart ? 'settings.more.applies.restart' : 'settings.more.applies.atOnce')}</dd>
          </>
        )}
        <dt>{text('settings.more.env')}</dt>
        <dd>
          {env.map((each) => (
            <code key={each}>{each} </code>
          ))}
        </dd>
        {!secret && (
          <>
            <dt>{text('settings.more.command')}</dt>
            <dd>
              <CopyCommand command={`sanjha config set ${key} ${shellWord(plainValue(value))}`} />
            </dd>
          </>
        )}
      </dl>
    </details>
  )
}
