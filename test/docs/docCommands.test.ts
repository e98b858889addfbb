import { expect, test } from 'vitest'
import { docCommands } from '../support/docCommands.ts'

const fence = '```'

test('finds commands, joins lines, leaves out what is not ours', () => {
  const page = `# Page
${fence}sh
$ sanjha list \\
    --json
# a remark
cd somewhere
echo hi | sanjha run smollm2
OPENAI_API_KEY=x curl http://127.0.0.1:$PORT/v1/models
${fence}
${fence}ts
sanjha nothing
${fence}
`
  expect(docCommands('page.md', page)).toEqual([
    {
      page: 'page.md',
      line: 2,
      commands: [
        'sanjha list --json',
        'echo hi | sanjha run smollm2',
        'OPENAI_API_KEY=x curl http://127.0.0.1:$PORT/v1/models',
      ],
      mode: { kind: 'plain' },
    },
  ])
})

test('keeps a quoted text of several lines together', () => {
  const page = `${fence}sh\n# it's a remark\ncurl -d '{\n  "a": 1}'\nsanjha ps\n${fence}\n`
  expect(docCommands('p', page)[0]?.commands).toEqual([`curl -d '{\n  "a": 1}'`, 'sanjha ps'])
})

test('reads how a block is to be run', () => {
  const block = `${fence}sh\nsanjha ps\n${fence}\n`
  const modes = docCommands(
    'p',
    `<!-- test: skip needs a GPU -->\n${block}\n<!-- test: server -->\n\n${block}\n${block}`,
  )
  expect(modes.map(({ mode }) => mode)).toEqual([
    { kind: 'skip', reason: 'needs a GPU' },
    { kind: 'server' },
    { kind: 'plain' },
  ])
})
