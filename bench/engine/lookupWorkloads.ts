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

const article =
  `The village of Thornmere lies on the north shore of a long and narrow lake. For three hundred years its people lived from
the ferry, which carried wool, salt and travellers across the water to the market town of Halden. When the railway bridge was opened
in 1884, the ferry lost most of its trade within two winters. The ferrymen did not give up. They bought a second-hand steam engine from a
closed mill, built it into the largest of their boats, and began to offer evening trips with music. The first trip, on the last Sunday
of May, carried forty guests; by the end of the summer every trip was full. With the money the village paid for a school, a doctor's
house, and new roofs for the six oldest families. The boat, called the Patience, sailed until 1931. Her bell hangs today above the door
of the school, and on the last Sunday of May the youngest pupil may ring it once for every year that the boat sailed. Visitors come from
Halden to hear the bell, and many of them stay for the evening, because there is music again at the landing. In 1998 a group of
pupils found the plans of the steam engine in the attic of the doctor's house. It took them eleven years, the help of a retired
shipwright, and the sale of nine hundred pots of honey, but in 2009 a new Patience was lowered into the lake.`.replaceAll(
    /\s+/g,
    ' ',
  )

const records = Array.from(
  { length: 24 },
  (_, i) =>
    `{"id": ${i + 1}, "name": "sensor-${i + 1}", "place": "hall ${(i % 4) + 1}", "state": "active", "limit": ${40 + i}}`,
).join('\n')

const chat = (text: string): GenerateInput => ({
  type: 'chat',
  messages: [{ role: 'user', content: [{ type: 'text', text }] }],
})

/** The first kind answers in the words of the prompt; the second is made to mislead: what was said before never says what comes. */
export function lookupWorkloads(quick: boolean): readonly LookupWorkload[] {
  const all: LookupWorkload[] = [
    {
      name: 'summarise',
      input: chat(`Summarize the following text in a few sentences, using its own wording.\n\n${article}`),
      sampling: greedy,
      gains: true,
    },
    { name: 'quote', input: chat(`Repeat this text word for word:\n\n${article}`), sampling: greedy, gains: true },
    {
      name: 'edit',
      input: chat(`Rewrite these lines without any change, except that "active" becomes "idle":\n\n${records}`),
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
