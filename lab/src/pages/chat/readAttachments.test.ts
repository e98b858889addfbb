import { expect, it } from 'vitest'
import { largestImage, largestText, readAttachments } from './readAttachments.ts'

const file = (name: string, content: BlobPart, type = '') => new File([content], name, { type })
const see = { canSee: true, already: 0 }

it('takes text of any name, and pictures for models that see', async () => {
  const picture = file('a.png', new Uint8Array([0x89, 0x50, 0xff]), 'image/png')
  expect(await readAttachments([file('notes.xyz', 'ਸਤਿ ਸ੍ਰੀ ਅਕਾਲ'), picture], see)).toEqual({
    attachments: [
      { type: 'text', name: 'notes.xyz', text: 'ਸਤਿ ਸ੍ਰੀ ਅਕਾਲ' },
      { type: 'image', name: 'a.png', url: 'data:image/png;base64,iVD/' },
    ],
    refused: [],
  })
})

it('says why it takes others not', async () => {
  const files = [
    file('a.png', 'x', 'image/png'),
    file('program', new Uint8Array([0x7f, 0x45, 0, 0xff])),
    file('zeros.txt', 'a\0b'),
    file('large.txt', 'x'.repeat(largestText + 1)),
  ]
  const { attachments, refused } = await readAttachments(files, { ...see, canSee: false })
  expect(attachments).toEqual([])
  expect(refused).toEqual([
    { name: 'a.png', why: 'vision' },
    { name: 'program', why: 'binary' },
    { name: 'zeros.txt', why: 'binary' },
    { name: 'large.txt', why: 'large', limit: largestText },
  ])
  const huge = file('b.png', new Uint8Array(largestImage + 1), 'image/png')
  expect((await readAttachments([huge], see)).refused).toEqual([{ name: 'b.png', why: 'large', limit: largestImage }])
  expect((await readAttachments([file('c.txt', 'c')], { ...see, already: 10 })).refused[0]?.why).toBe('many')
})
