import type { ReactNode } from 'react'

/** Drawn on 24 × 24 with a line of 1.75; each is our own. */
const drawings = {
  chat: 'M4 5.5h16v10.5H10.5L6.5 19.5V16H4z M8 9.5h8 M8 12.5h5',
  models: 'M12 3.5l8 4.25v8.5L12 20.5l-8-4.25v-8.5z M4.2 7.9L12 12l7.8-4.1 M12 12v8.3',
  runs: 'M4 6.5h9 M4 12h16 M4 17.5h6 M17 3.5l3.5 3-3.5 3 M14 14.5l3.5 3-3.5 3',
  settings:
    'M4 7h9 M17 7h3 M4 17h3 M11 17h9 M15 4.9a2.1 2.1 0 1 1 0 4.2a2.1 2.1 0 1 1 0-4.2 M9 14.9a2.1 2.1 0 1 1 0 4.2a2.1 2.1 0 1 1 0-4.2',
  reference: 'M5 4.5h10.5L19 8v11.5H5z M15 4.5V8.5h4 M8.5 12h7 M8.5 15.5h7',
  welcome: 'M4 11l8-6.5l8 6.5 M6 9.5v10h12v-10 M10 19.5v-6h4v6',
  page: 'M6 4h12v16H6z M9 8.5h6 M9 12h6',
  menu: 'M4 6.5h16 M4 12h16 M4 17.5h16',
  sidebar: 'M4 5h16v14H4z M9.5 5v14',
  search: 'M10.5 4.5a6 6 0 1 1 0 12a6 6 0 1 1 0-12 M15 15l5 5',
  close: 'M6 6l12 12 M18 6L6 18',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  copy: 'M9 9h10.5v10.5H9z M15 9V4.5H4.5V15H9',
  display: 'M12 4.5a7.5 7.5 0 1 0 0 15z M12 4.5a7.5 7.5 0 0 1 0 15',
  language: 'M12 4a8 8 0 1 1 0 16a8 8 0 1 1 0-16 M4.3 12h15.4 M12 4c-4.5 4.5-4.5 11.5 0 16c4.5-4.5 4.5-11.5 0-16',
  plus: 'M12 5v14 M5 12h14',
  trash: 'M5 7h14 M10 7V4.5h4V7 M7 7l.8 12.5h8.4L17 7 M10.3 10.5v5.5 M13.7 10.5v5.5',
  edit: 'M5 19l.8-3.8L15.5 5.5l3 3L8.8 18.2z M13.2 7.8l3 3',
  stop: 'M7 7h10v10H7z',
  play: 'M8 5.5l10.5 6.5L8 18.5z',
  again: 'M19 12a7 7 0 1 1-2.2-5.1 M19.5 3.5v4h-4',
  download: 'M12 4v11 M7.5 11l4.5 4.5l4.5-4.5 M4.5 19.5h15',
  upload: 'M12 16V5 M7.5 9.5L12 5l4.5 4.5 M4.5 19.5h15',
  attach:
    'M18.5 11l-6.8 6.8a3.9 3.9 0 0 1-5.5-5.5l7.3-7.3a2.6 2.6 0 0 1 3.7 3.7l-7.2 7.2a1.3 1.3 0 0 1-1.9-1.9l6.4-6.4',
  send: 'M4.5 12L20 4.5l-4.5 15l-4-6z M11.5 13.5L20 4.5',
  warning: 'M12 4.5l8.5 15h-17z M12 10v4.5 M12 17v.1',
  info: 'M12 4a8 8 0 1 1 0 16a8 8 0 1 1 0-16 M12 11v5 M12 8v.1',
  help: 'M12 4a8 8 0 1 1 0 16a8 8 0 1 1 0-16 M9.7 9.7a2.4 2.4 0 1 1 3.4 2.4c-.8.4-1.1.9-1.1 1.7 M12 16.4v.1',
  up: 'M6 15l6-6l6 6',
  down: 'M6 9l6 6l6-6',
  left: 'M15 6l-6 6l6 6',
  right: 'M9 6l6 6l-6 6',
  folder: 'M3.5 6h6.5l2 2.5h8.5v10h-17z',
  pin: 'M9 4.5h6l-.8 5.5l3.3 3.5h-11l3.3-3.5z M12 13.5v6.5',
  more: 'M6 12v.1 M12 12v.1 M18 12v.1',
  key: 'M8.5 12a3.75 3.75 0 1 1 0 .1 M15.8 12H21 M18.5 12v3.5',
  external: 'M13 5h6v6 M19 5l-8.5 8.5 M16.5 14v5h-11v-11h5',
} as const

export type IconName = keyof typeof drawings

/** A picture beside words, or in a button with a name: it says nothing by itself to a screen reader. */
export function Icon({ name, size = '1.25em' }: { name: IconName; size?: string }): ReactNode {
  return (
    <svg
      className="icon"
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.75}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={drawings[name]} />
    </svg>
  )
}

/** The picture of a page of the Lab; a plain sheet for one that has none yet. */
export function pageIcon(name: string): IconName {
  return Object.hasOwn(drawings, name) ? (name as IconName) : 'page'
}
