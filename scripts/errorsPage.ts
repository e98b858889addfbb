import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errorCodes } from '../src/core/index.ts'

/** The page that lists every error code, made from the codes themselves. */
export function errorsPage(): string {
  const rows = Object.entries(errorCodes).map(
    ([code, { status, retryable, meaning }]) =>
      `| \`${code}\` | ${status} | ${retryable ? 'yes' : 'no'} | ${meaning} |`,
  )
  return `# Error codes

Every failure has one of these codes, in \`--json\` output as well as over the APIs. A message says what happened and why, its
hint how to go on. *Again* says whether the same call may succeed later without being changed.

| Code | HTTP status | Again | Meaning |
|---|---|---|---|
${rows.join('\n')}

This page is made from \`src/core/errors.ts\`: \`npm run docs\`.
`
}

if (import.meta.main) writeFileSync(join(import.meta.dirname, '..', 'docs', 'reference', 'errors.md'), errorsPage())
