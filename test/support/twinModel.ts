import { copyFile, open } from 'node:fs/promises'
import { testModelPath } from './testModel.ts'

/**
 * The test model under another digest: the same weights with one letter of its name changed, so that it runs in a process
 * of its own. Writes it to `target`.
 */
export async function writeTwinModel(target: string): Promise<void> {
  await copyFile(await testModelPath(), target)
  const file = await open(target, 'r+')
  try {
    const head = Buffer.alloc(4096)
    await file.read(head, 0, head.length, 0)
    const key = head.indexOf('general.name')
    // Key, type (4 bytes), length (8 bytes), text.
    const text = key + 'general.name'.length + 4 + 8
    if (key < 0 || head.readUInt32LE(text - 12) !== 8) throw new Error('The test model has no general.name.')
    await file.write(Buffer.from('T'), 0, 1, text)
  } finally {
    await file.close()
  }
}
