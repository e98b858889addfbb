import { useState } from 'react'
import { type Refusal, readAttachments } from './readAttachments.ts'
import type { Attachment } from './wire.ts'

const nothing: readonly never[] = []

/** Files that will go along with the next question, and those that cannot. */
export function useAttachments(canSee: boolean): {
  attachments: readonly Attachment[]
  refused: readonly Refusal[]
  add: (files: readonly File[]) => Promise<void>
  remove: (attachment: Attachment) => void
  clear: () => void
} {
  const [attachments, setAttachments] = useState<readonly Attachment[]>(nothing)
  const [refused, setRefused] = useState<readonly Refusal[]>(nothing)
  return {
    attachments,
    // One that was taken for another model.
    refused: [
      ...refused,
      ...attachments
        .filter((each) => each.type === 'image' && !canSee)
        .map(({ name }) => ({ name, why: 'vision' as const })),
    ],
    add: async (files) => {
      const read = await readAttachments(files, { canSee, already: attachments.length })
      setAttachments((before) => [...before, ...read.attachments])
      setRefused(read.refused)
    },
    remove: (attachment) => {
      setAttachments((before) => before.filter((each) => each !== attachment))
      setRefused(nothing)
    },
    clear: () => {
      setAttachments(nothing)
      setRefused(nothing)
    },
  }
}
