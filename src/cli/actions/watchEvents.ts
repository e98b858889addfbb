import { formatBytes, formatDuration } from '../../core/index.ts'
import type { RunEvent, RunProgress } from '../../runs/index.ts'
import type { Output } from '../terminal/Output.ts'

/** One line for a person: `pull  45 %  44 MiB of 94 MiB  12 MiB/s  4 s left`. */
export function progressLine(progress: RunProgress): string {
  const amount = (value: number): string =>
    progress.unit === 'bytes' ? formatBytes(value) : `${Math.round(value)} ${progress.unit}`
  const parts = [progress.step]
  if (progress.total !== null && progress.total > 0) {
    parts.push(
      `${Math.floor((100 * progress.completed) / progress.total)} %`,
      `${amount(progress.completed)} of ${amount(progress.total)}`,
    )
  } else if (progress.completed > 0) {
    parts.push(amount(progress.completed))
  }
  if (progress.rate !== null) parts.push(`${amount(progress.rate)}/s`)
  if (progress.eta !== null) parts.push(`${formatDuration(progress.eta * 1000)} left`)
  if (progress.message !== undefined) parts.push(progress.message)
  return parts.join('  ')
}

/** A function that shows a run's events: progress as one moving line, messages and warnings as lines of their own. */
export function eventPrinter(out: Output): (event: RunEvent) => void {
  let last: string | undefined
  const say = (text: string): void => {
    // The same sentence may come as progress and as a line of the log.
    if (text !== last) out.talk(text)
    last = text
  }
  return (event) => {
    if (event.type === 'progress') {
      // Where no moving line can be shown, a person still hears what is said.
      if (!out.showsProgress && event.progress.message !== undefined) say(event.progress.message)
      out.progress(progressLine(event.progress))
    } else if (event.type === 'log') {
      if (event.level === 'info') say(event.message)
      else out.warn(event.message)
    }
  }
}
