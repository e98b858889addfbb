import { createChoice } from './createChoice.ts'

/** How close things stand: an attribute of the whole page; `controls.css` knows what it means. */
export const density = createChoice('sanjha.density', ['comfortable', 'compact'], (chosen) => {
  document.documentElement.dataset['density'] = chosen
})
