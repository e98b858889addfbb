import '@fontsource/noto-sans-gurmukhi/gurmukhi-400.css'
import '@fontsource/noto-sans-gurmukhi/gurmukhi-600.css'
import '@patternfly/react-core/dist/styles/base.css'
import './shell/shell.css'
import './shell/boot.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './App.tsx'
import { startLiveEvents } from './api/liveEvents.ts'
import { chooseLanguage } from './i18n/languages.ts'
import { loadMessages } from './i18n/loadMessages.ts'
import { redrawOnFonts } from './i18n/redrawOnFonts.ts'
import './shell/theme.ts'
import './shell/density.ts'
import './shell/sidebar.ts'

redrawOnFonts()
startLiveEvents()
const language = chooseLanguage(location.search, localStorage, navigator.languages)
document.documentElement.lang = language
const messages = await loadMessages('i18n', language)
createRoot(document.getElementById('lab') as HTMLElement).render(
  <StrictMode>
    <App first={{ language, messages }} />
  </StrictMode>,
)
