import type { GenerateInput, Sampling } from '../../src/engine/index.ts'
import { plainText } from '../method/text.ts'
import { greedy } from './arms.ts'

export interface LookupWorkload {
  readonly name: string
  readonly input: GenerateInput
  readonly sampling: Sampling
  /** Whether answers are made of the prompt's own words, so that there is something to gain. */
  readonly gains: boolean
}

/** Short enough that so small a model can say it again without losing its way. */
const article =
  `The village of Thornmere lies on the north shore of a long and narrow lake. For three hundred years its people lived from
the ferry, which carried wool, salt and travellers across the water to the market town of Halden. When the railway bridge was opened
in 1884, the ferry lost most of its trade within two winters. The ferrymen did not give up. They bought a second-hand steam engine from a
closed mill, built it into the largest of their boats, and began to offer evening trips with music. The first trip, on the last Sunday
of May, carried forty guests; by the end of the summer every trip was full.`.replaceAll(/\s+/g, ' ')

const misspelt = article
  .replace('village', 'vilage')
  .replace('hundred', 'hundrid')
  .replace('railway', 'railwey')
  .replace('evening', 'evning')

const chat = (text: string): GenerateInput => ({
  type: 'chat',
  messages: [{ role: 'user', content: [{ type: 'text', text }] }],
})

/** The first kind answers in the words of the prompt; the second is made to mislead: what was said before never says what comes. */
export function lookupWorkloads(quick: boolean): readonly LookupWorkload[] {
  const all: LookupWorkload[] = [
    {
      name: 'summarise',
      input: chat(`Summarize this text in three sentences:\n\n${article}`),
      sampling: greedy,
      gains: true,
    },
    { name: 'quote', input: chat(`Repeat this text word for word:\n\n${article}`), sampling: greedy, gains: true },
    {
      name: 'edit',
      input: chat(`Correct the spelling of this text and change nothing else:\n\n${misspelt}`),
      sampling: greedy,
      gains: true,
    },
    {
      name: 'nothing repeats, temperature 1',
      input: { type: 'completion', prompt: plainText(11, 300) },
      sampling: { temperature: 1, seed: 1 },
      gains: false,
    },
    {
      name: 'every pair of words occurs, but goes on differently, temperature 1.2',
      input: { type: 'completion', prompt: misleading() },
      sampling: { temperature: 1.2, seed: 2 },
      gains: false,
    },
    {
      name: 'a free story, temperature 0.8',
      input: chat('Tell me a story about a lighthouse keeper and a storm.'),
      sampling: { temperature: 0.8, topP: 0.95, seed: 3 },
      gains: false,
    },
  ]
  return quick ? all.filter((workload) => workload.name === 'quote' || !workload.gains).slice(0, 2) : all
}

/** The same beginnings again and again, each with another end: every match is a trap. */
function misleading(): string {
  const ends = plainText(12, 80).replaceAll('.', '').split(' ')
  return ends.map((end, i) => `${i % 2 ? 'He went to the' : 'She came from the'} ${end}.`).join(' ')
}
