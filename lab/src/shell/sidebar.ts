import { createChoice } from './createChoice.ts'

/** Whether the names of the pages are shown beside their icons, on screens that are wide enough. */
export const sidebar = createChoice('sanjha.sidebar', ['open', 'closed'], (chosen) => {
  document.documentElement.dataset['sidebar'] = chosen
})

/** Where the sidebar is a column of its own; narrower, it is a panel that is opened over the page. Also in `shell.css`. */
export const isWide = matchMedia('(min-width: 60rem)')
