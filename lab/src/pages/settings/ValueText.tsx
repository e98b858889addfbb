import type { ReactNode } from 'react'
import { useText } from '../../i18n/Texts.tsx'
import type { Value } from './contract.ts'
import type en from './messages/en.json'

/** A value to be read, not changed. */
export function ValueText({ value }: { value: Value }): ReactNode {
  const text = useText<keyof typeof en>()
  if (typeof value === 'boolean') return text(value ? 'settings.value.on' : 'settings.value.off')
  if (value === null || value === 'none') return text('settings.value.none')
  if (value === 'auto') return text('settings.value.auto')
  if (value === '-1') return text('settings.value.endless')
  if (typeof value === 'string' || typeof value === 'number') return <code>{value}</code>
  if (value.length === 0) return text('settings.value.empty')
  if (value.every((item) => typeof item === 'string')) {
    return (
      <ul className="settings-values">
        {value.map((item) => (
          <li key={item}>
            <code>{item}</code>
          </li>
        ))}
      </ul>
    )
  }
  return <pre className="settings-json">{JSON.stringify(value, null, 2)}</pre>
}
