import { expect, it } from 'vitest'
import { withAttachments } from './attachments.ts'

it('quotes a file with more fences than an argument list may be long', () => {
  const text = '` '.repeat(300_000)
  const [part] = withAttachments('Read', { attachments: [{ type: 'text', name: 'a.md', text: `${text}\n\`\`\`\`` }] })
  expect(part?.type === 'text' && part.text.startsWith('Read\n\nFile "a.md":\n`````\n')).toBe(true)
})
