import type { ReactNode } from 'react'
import { useRoute } from 'wouter'
import { RunDetails } from './RunDetails.tsx'
import { RunList } from './RunList.tsx'
import { useRunTexts } from './texts.ts'
import './runs.css'

/** Long work: all of it, or one run by its address. */
export function RunsPage(): ReactNode {
  const { text } = useRunTexts()
  const [isOne, params] = useRoute('/runs/:id')
  if (isOne) return <RunDetails key={params.id} id={decodeURIComponent(params.id)} />
  return (
    <>
      <h1>{text('runs.title')}</h1>
      <RunList />
    </>
  )
}
