// The chat: everything a person sees, over the public API alone.
import { createRoot } from 'react-dom/client'

import '@mantine/core/styles.layer.css'
import './fonts.css'
import './app.css'
import { loadPartsAhead } from '../design/later'
import { begin } from '../i18n/begin'
import { App } from './App'

await begin()
createRoot(document.getElementById('app')!).render(<App />)
loadPartsAhead()
