/**
 * `node scripts/run.js bench/defaults/measure.ts`: which system prompt and which sampling make a model answer well? Asks the
 * questions of `questions.json` in every way of `settings.ts` and prints how many were answered right, and how many answers
 * had no end. `--model FILE` (default: the test model), `--url URL --name MODEL` (an OpenAI-compatible endpoint instead),
 * `--settings TEXT` (only those whose name contains it), `--limit N` (only so many questions), `--show` (every answer).
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { testModelPath } from '../../test/support/testModel.ts'
import { type Asker, openLocalAsker, openRemoteAsker } from './Asker.ts'
import { type Grade, isRight, wilson } from './grade.ts'
import { type AskingSetting, askingSettings } from './settings.ts'

const maxTokens = 128
const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    url: { type: 'string' },
    name: { type: 'string' },
    settings: { type: 'string', default: '' },
    limit: { type: 'string', default: '1000' },
    show: { type: 'boolean', default: false },
  },
})
const questions = z
  .array(z.tuple([z.string(), z.string()]))
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, 'questions.json'), 'utf8')))
  .slice(0, Number(values.limit))

async function measure(asker: Asker, setting: AskingSetting): Promise<Grade> {
  let grade: Grade = { asked: 0, right: 0, unended: 0, tokens: 0 }
  for (const seed of setting.seeds) {
    for (const [question, pattern] of questions) {
      const { text, tokens, ended } = await asker.ask(question, seed, maxTokens)
      const right = isRight(text, pattern)
      if (values.show) process.stdout.write(`${right ? ' ' : '✗'} ${question} → ${JSON.stringify(text)}\n`)
      grade = {
        asked: grade.asked + 1,
        right: grade.right + (right ? 1 : 0),
        unended: grade.unended + (ended ? 0 : 1),
        tokens: grade.tokens + tokens,
      }
    }
  }
  return grade
}

function line(name: string, { asked, right, unended, tokens }: Grade): string {
  const [low, high] = wilson(right, asked).map((share) => `${(100 * share).toFixed(0)} %`)
  const share = `${((100 * right) / asked).toFixed(0)} % [${low}, ${high}]`
  return `| ${name} | ${right} of ${asked} | ${share} | ${unended} | ${(tokens / asked).toFixed(0)} |\n`
}

const scratch = mkdtempSync(join(tmpdir(), 'sanjha-defaults-'))
try {
  const chosen = askingSettings.filter(({ name }) => name.includes(values.settings))
  process.stdout.write(`| Setting | Right | Share, 95 % | No end within ${maxTokens} tokens | Tokens per answer |\n`)
  process.stdout.write('|---|---|---|---|---|\n')
  for (const setting of chosen) {
    await using asker =
      values.url === undefined
        ? await openLocalAsker(values.model ?? (await testModelPath()), setting, scratch)
        : openRemoteAsker(values.url, values.name ?? 'default', setting)
    process.stdout.write(line(setting.name, await measure(asker, setting)))
  }
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
