import { useRef } from 'react'
import { useLocation } from 'wouter'
import { useLive } from '../api/liveEvents.ts'
import { isOver } from '../api/Run.ts'
import type en from '../i18n/messages/en.json'
import { useText } from '../i18n/Texts.tsx'
import { toast } from '../parts/Toasts.tsx'
import { useRunTitle } from '../parts/useRunTitle.ts'

/** Pages that say by themselves how a run has ended. */
const silent = /^\/(runs|models|welcome)(\/|$)/

/** Says that long work has come to its end, to who is busy with something else. */
export function useRunNews(): void {
  const text = useText<keyof typeof en>()
  const titleOf = useRunTitle()
  const [location, navigate] = useLocation()
  const going = useRef(new Set<string>())
  useLive('run', ({ run }) => {
    if (!isOver(run)) {
      going.current.add(run.id)
      return
    }
    const wasSeen = going.current.delete(run.id)
    if (!wasSeen || silent.test(location) || (run.state !== 'succeeded' && run.state !== 'failed')) return
    toast({
      kind: run.state === 'succeeded' ? 'good' : 'bad',
      text: text(`run.news.${run.state}`, { title: titleOf(run).text }),
      action: { label: text('run.news.open'), run: () => navigate(`/runs/${encodeURIComponent(run.id)}`) },
    })
  })
}
