import { useMemo } from 'react'
import { useLocation } from 'wouter'
import { type Language, languages } from '../i18n/languages.ts'
import type en from '../i18n/messages/en.json'
import { useLanguage, useText } from '../i18n/Texts.tsx'
import { pageIcon } from '../parts/Icon.tsx'
import { pages } from '../routes.ts'
import { type Command, useCommands } from './commands.ts'
import { useChoice } from './createChoice.ts'
import { density } from './density.ts'
import { theme } from './theme.ts'

/** What can be done on every page. */
export function useShellCommands(actions: {
  onLanguage: (language: Language) => void
  onPalette: () => void
  onShortcuts: () => void
  onSidebar: () => void
}): void {
  const text = useText<keyof typeof en>()
  const language = useLanguage()
  const currentTheme = useChoice(theme)
  const currentDensity = useChoice(density)
  const [, navigate] = useLocation()
  const { onLanguage, onPalette, onShortcuts, onSidebar } = actions
  const commands = useMemo((): Command[] => {
    const display = text('palette.display')
    const everywhere = text('palette.everywhere')
    return [
      ...pages.map(
        ({ name, title }): Command => ({
          id: `page.${name}`,
          title: text(title),
          group: text('palette.page'),
          keywords: name,
          icon: pageIcon(name),
          run: () => navigate(`/${name}`),
        }),
      ),
      {
        id: 'chat.new',
        title: text('palette.newChat'),
        group: everywhere,
        keywords: 'new chat',
        icon: 'plus',
        shortcut: 'mod+shift+o',
        run: () => navigate('/chat'),
      },
      {
        id: 'palette',
        title: text('palette.title'),
        group: everywhere,
        icon: 'search',
        shortcut: 'mod+k',
        run: onPalette,
      },
      {
        id: 'sidebar',
        title: text('palette.sidebar'),
        group: everywhere,
        keywords: 'sidebar menu',
        icon: 'sidebar',
        shortcut: 'mod+b',
        run: onSidebar,
      },
      {
        id: 'shortcuts',
        title: text('shortcuts.title'),
        group: everywhere,
        keywords: 'keys help',
        icon: 'help',
        shortcut: '?',
        run: onShortcuts,
      },
      ...theme.values
        .filter((value) => value !== currentTheme)
        .map(
          (value): Command => ({
            id: `theme.${value}`,
            title: `${text('shell.theme')}: ${text(`shell.theme.${value}`)}`,
            group: display,
            keywords: `theme ${value}`,
            icon: 'display',
            run: () => theme.choose(value),
          }),
        ),
      ...density.values
        .filter((value) => value !== currentDensity)
        .map(
          (value): Command => ({
            id: `density.${value}`,
            title: `${text('shell.density')}: ${text(`shell.density.${value}`)}`,
            group: display,
            keywords: `density ${value}`,
            icon: 'display',
            run: () => density.choose(value),
          }),
        ),
      ...Object.entries(languages)
        .filter(([code]) => code !== language)
        .map(
          ([code, name]): Command => ({
            id: `language.${code}`,
            title: `${text('shell.language')}: ${name}`,
            group: display,
            keywords: `language ${code} ${code === 'pa' ? 'punjabi panjabi' : 'english angrezi'}`,
            icon: 'language',
            run: () => onLanguage(code as Language),
          }),
        ),
    ]
  }, [text, language, currentTheme, currentDensity, navigate, onLanguage, onPalette, onShortcuts, onSidebar])
  useCommands(commands)
}
