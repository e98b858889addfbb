import type { ReactNode } from 'react'
import { useText } from '../../i18n/Texts.tsx'
import { WithCode } from '../../parts/WithCode.tsx'
import type { Origin } from './contract.ts'
import type en from './messages/en.json'

/** Where a value comes from, in words. */
export function OriginText({ origin }: { origin: Origin }): ReactNode {
  const text = useText<keyof typeof en>()
  switch (origin.from) {
    case 'flag':
      return <WithCode>{text('settings.from.flag', { flag: origin.flag })}</WithCode>
    case 'env':
      return <WithCode>{text('settings.from.env', { name: origin.name })}</WithCode>
    case 'project':
    case 'user':
      return (
        <WithCode>{text(`settings.from.${origin.from}`, { path: origin.path, line: String(origin.line) })}</WithCode>
      )
    case 'default':
      return text('settings.from.default')
  }
}
