import type { ChatSummary } from './wire.ts'

export const groups = ['pinned', 'today', 'yesterday', 'week', 'older'] as const
export type Group = (typeof groups)[number]

/** Chats under the day on which they last changed, in the order they came; groups without any are left out. */
export function groupChats(
  chats: readonly ChatSummary[],
  now: Date,
): readonly { readonly group: Group; readonly chats: readonly ChatSummary[] }[] {
  const found = new Map<Group, ChatSummary[]>()
  for (const chat of chats) {
    const group = groupOf(chat, now)
    const list = found.get(group)
    if (list === undefined) found.set(group, [chat])
    else list.push(chat)
  }
  return groups.flatMap((group) => {
    const list = found.get(group)
    return list === undefined ? [] : [{ group, chats: list }]
  })
}

function groupOf({ pinned, updatedAt }: ChatSummary, now: Date): Group {
  if (pinned) return 'pinned'
  const days = daysBetween(new Date(updatedAt), now)
  // A clock set back, or another machine's: what seems to come from tomorrow is from today.
  if (days <= 0) return 'today'
  if (days === 1) return 'yesterday'
  return days <= 7 ? 'week' : 'older'
}

/** Midnights passed where the reader is; days of 23 and 25 hours count as one. */
function daysBetween(earlier: Date, later: Date): number {
  const day = (date: Date): number => Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / 86_400_000
  return day(later) - day(earlier)
}
