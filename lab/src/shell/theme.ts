export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]

const storageKey = 'sanjha.theme'
const dark = matchMedia('(prefers-color-scheme: dark)')

export function storedTheme(): Theme {
  const stored = localStorage.getItem(storageKey)
  return themes.find((theme) => theme === stored) ?? 'system'
}

/** PatternFly's dark theme is a class of the whole page. */
export function applyTheme(theme: Theme): void {
  const isDark = theme === 'dark' || (theme === 'system' && dark.matches)
  document.documentElement.classList.toggle('pf-v6-theme-dark', isDark)
  document.documentElement.style.colorScheme = theme === 'system' ? 'light dark' : theme
}

export function chooseTheme(theme: Theme): void {
  localStorage.setItem(storageKey, theme)
  applyTheme(theme)
}

/** Follows the system as long as the page is told to. */
export function followSystem(): void {
  dark.addEventListener('change', () => applyTheme(storedTheme()))
}
