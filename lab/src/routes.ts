import type { ComponentType } from 'react'
import type shell from './i18n/messages/en.json'

/** A page of the Lab: a folder of `pages/`, and a line in this list. */
export interface Page {
  /** Its folder, and its address under `/lab/`. */
  readonly name: string
  readonly title: keyof typeof shell
  readonly load: () => Promise<ComponentType>
  /** Not in the navigation: people are led to it. */
  readonly hidden?: true
}

export const pages: readonly Page[] = [
  {
    name: 'chat',
    title: 'shell.chat',
    load: async () => (await import('./pages/chat/ChatPage.tsx')).ChatPage,
  },
  {
    name: 'models',
    title: 'shell.models',
    load: async () => (await import('./pages/models/ModelsPage.tsx')).ModelsPage,
  },
  {
    name: 'runs',
    title: 'shell.runs',
    load: async () => (await import('./pages/runs/RunsPage.tsx')).RunsPage,
  },
  {
    name: 'settings',
    title: 'shell.settings',
    load: async () => (await import('./pages/settings/SettingsPage.tsx')).SettingsPage,
  },
  {
    name: 'reference',
    title: 'shell.reference',
    load: async () => (await import('./pages/reference/ReferencePage.tsx')).ReferencePage,
  },
  {
    name: 'welcome',
    title: 'shell.welcome',
    load: async () => (await import('./pages/welcome/WelcomePage.tsx')).WelcomePage,
    hidden: true,
  },
]
