import { createChoice } from './createChoice.ts'

const dark = matchMedia('(prefers-color-scheme: dark)')

export const theme = createChoice('sanjha.theme', ['system', 'light', 'dark'], (chosen) => {
  // PatternFly's dark theme is a class of the whole page.
  const isDark = chosen === 'dark' || (chosen === 'system' && dark.matches)
  document.documentElement.classList.toggle('pf-v6-theme-dark', isDark)
  document.documentElement.style.colorScheme = isDark ? 'dark' : 'light'
})

// Follows the system as long as the page is told to.
dark.addEventListener('change', () => {
  if (theme.get() === 'system') theme.choose('system')
})
