import type { ReactNode } from 'react'
import { LabError } from '../../api/LabError.ts'
import { useLanguage, useText } from '../../i18n/Texts.tsx'
import { WithCode } from '../../parts/WithCode.tsx'
import type en from './messages/en.json'

/** The codes for which this page has words of its own; each is `settings.error.CODE`. */
const known = [
  'unreachable',
  'invalid_config',
  'invalid_request',
  'conflict',
  'forbidden',
  'unauthorized',
  'not_found',
  'timeout',
  'rate_limited',
] as const

/**
 * Why something failed. In English the server's own words say it best; in other languages they stand behind what its code
 * says, marked as English.
 */
export function ServerWords({ error }: { error: unknown }): ReactNode {
  const text = useText<keyof typeof en>()
  const language = useLanguage()
  const { code, message, hint } = LabError.from(error).facts
  if (code === 'unreachable') return text('settings.error.unreachable')
  const words = [message, ...(hint === undefined ? [] : [hint])].join(' ')
  if (language === 'en') return <WithCode>{words}</WithCode>
  const own = known.find((each) => each === code)
  return (
    <>
      {text(own === undefined ? 'settings.error.other' : `settings.error.${own}`)}{' '}
      <span lang="en" dir="ltr">
        (<WithCode>{words}</WithCode>)
      </span>
    </>
  )
}
