import { useQueryClient } from '@tanstack/react-query'
import { useLocation } from 'wouter'
import { LabError } from '../../../api/LabError.ts'
import { useTimes } from '../../../i18n/useTimes.ts'
import { confirm } from '../../../parts/Confirmations.tsx'
import { showHidden } from '../../../parts/markdown/showHidden.ts'
import { toast } from '../../../parts/Toasts.tsx'
import { downloadFile } from './files/downloadFile.ts'
import { type ExportForm, exportChats } from './files/exportChats.ts'
import { historyApi } from './historyApi.ts'
import { useHistoryText } from './texts.ts'
import { useHistoryPlace } from './useHistoryPlace.ts'
import type { ChatSummary } from './wire.ts'

export interface HistoryActions {
  rename(id: string, title: string): Promise<boolean>
  pin(ids: readonly string[], pinned: boolean): Promise<boolean>
  move(ids: readonly string[], folder: string | null): Promise<boolean>
  renameFolder(from: string, to: string): Promise<boolean>
  remove(chats: readonly Pick<ChatSummary, 'id' | 'title'>[]): Promise<boolean>
  /** `ids` absent: all chats. */
  export(form: ExportForm, ids?: readonly string[]): Promise<boolean>
}

/** What can be done with chats. Each says itself what went wrong, and then gives false. */
export function useHistoryActions(activeId: string | null): HistoryActions {
  const text = useHistoryText()
  const times = useTimes()
  const client = useQueryClient()
  const place = useHistoryPlace()
  const [, navigate] = useLocation()

  const changed = (): Promise<void> => client.invalidateQueries({ queryKey: ['chats'] })
  const attempt = async (work: () => Promise<void>): Promise<boolean> => {
    try {
      await work()
      return true
    } catch (error) {
      toast({ kind: 'bad', text: text('history.failed', { reason: LabError.from(error).message }) })
      return false
    } finally {
      await changed()
    }
  }
  const each = async (ids: readonly string[], work: (id: string) => Promise<unknown>): Promise<void> => {
    for (let i = 0; i < ids.length; i += 4) await Promise.all(ids.slice(i, i + 4).map(work))
  }

  return {
    rename: (id, title) =>
      attempt(async () => {
        await historyApi.update(id, { title })
        await client.invalidateQueries({ queryKey: ['chat', id] })
      }),
    pin: (ids, pinned) => attempt(() => each(ids, (id) => historyApi.update(id, { pinned }))),
    move: (ids, folder) =>
      attempt(async () => {
        await each(ids, (id) => historyApi.update(id, { folder }))
        toast({
          kind: 'good',
          text:
            folder === null
              ? text('history.moved.out', { count: ids.length })
              : text('history.moved', { count: ids.length, folder: showHidden(folder) }),
        })
      }),
    renameFolder: (from, to) =>
      attempt(async () => {
        for (;;) {
          const { chats } = await historyApi.list({ folder: from, limit: 1000 })
          if (chats.length === 0) break
          await each(
            chats.map(({ id }) => id),
            (id) => historyApi.update(id, { folder: to }),
          )
        }
        place.setFolder(to)
      }),
    remove: async (chats) => {
      const [only] = chats
      const isYes = await confirm({
        title:
          chats.length === 1
            ? text('history.delete.one', { title: showHidden(only?.title ?? '') })
            : text('history.delete.several', { count: chats.length }),
        body: text('history.delete.body'),
        action: text('history.delete'),
        isDangerous: true,
      })
      if (!isYes) return false
      return await attempt(async () => {
        const ids = chats.map(({ id }) => id)
        const kept = await historyApi.export(ids)
        if (activeId !== null && ids.includes(activeId)) navigate(place.href(null))
        await each(ids, historyApi.remove)
        toast({
          text: text('history.deleted', { count: ids.length }),
          action: {
            label: text('history.undo'),
            run: () =>
              void attempt(async () => {
                const { changed } = await historyApi.import(kept)
                const restored = text('history.restored', { count: ids.length })
                // What comes in again allows nothing by itself.
                toast({
                  kind: 'good',
                  text: changed === 0 ? restored : `${restored} ${text('history.restored.tools')}`,
                })
              }),
          },
        })
      })
    },
    export: (form, ids) =>
      attempt(async () => {
        const chats = await historyApi.export(ids)
        if (chats.length === 0) {
          toast({ text: text('history.export.none') })
          return
        }
        const words = {
          roles: {
            user: text('history.role.user'),
            assistant: text('history.role.assistant'),
            system: text('history.role.system'),
            tool: text('history.role.tool'),
          },
          thinking: text('history.thinking'),
          date: times.moment,
        }
        const file = exportChats(form, chats, words, new Date())
        downloadFile(file)
        toast({ kind: 'good', text: text('history.exported', { file: file.name, count: chats.length }) })
      }),
  }
}
