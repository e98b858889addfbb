import { expect, it } from 'vitest'
import { asCli } from './asCli.ts'
import type { ChatToCopy } from './contract.ts'

const chat: ChatToCopy = {
  kind: 'chat',
  server: 'http://127.0.0.1:1',
  needsKey: true,
  model: 'smollm2',
  messages: [{ role: 'user', content: 'Who are you?' }],
  parameters: {},
}
const code = (changes: Partial<ChatToCopy>): string => asCli({ ...chat, ...changes }).code

it('is short where there is little to say', () => {
  expect(code({})).toBe("sanjha run smollm2 'Who are you?'")
})

it('has a flag for what the command knows', () => {
  expect(
    code({ system: '-x', parameters: { temperature: 0, top_k: -1, reasoning_effort: 'none', stream: true } }),
  ).toBe(
    "sanjha run \\\n  --system=-x \\\n  --temperature 0 \\\n  --top-k 0 \\\n  --no-think \\\n  smollm2 \\\n  'Who are you?'",
  )
  expect(code({ system: '' })).toBe("sanjha run --system '' smollm2 'Who are you?'")
  expect(code({ messages: [{ role: 'user', content: '--help' }] })).toBe('sanjha run -- smollm2 --help')
})

it('tells what it leaves out', () => {
  const { leftOut } = asCli({
    ...chat,
    messages: [
      { role: 'user', content: 'Hello' },
      { role: 'assistant', content: 'Hi' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?\0' },
          { type: 'image_url', image_url: 'data:' },
        ],
      },
    ],
    parameters: { presence_penalty: 1, logit_bias: { 5: 1 } },
  })
  expect(leftOut).toEqual([
    { what: 'parameter', name: 'presence_penalty' },
    { what: 'parameter', name: 'logit_bias' },
    { what: 'earlier' },
    { what: 'attachments' },
    { what: 'characters' },
  ])
})
