import type { ExportedFile } from './exportChats.ts'

/** Gives the browser a file to save. */
export function downloadFile({ name, type, text }: ExportedFile): void {
  const url = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // Only the next turn has begun to read it.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
