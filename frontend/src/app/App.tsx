// What stands around every screen: language, direction, theme, the API, and who is here.
import { DirectionProvider, MantineProvider } from '@mantine/core'
import { Provider } from 'urql'

import { client } from '../api/client'
import { useStore } from '../api/store'
import { currentLanguage, directionOf } from '../i18n/language'
import { SessionGate } from '../session/SessionGate'
import { Routes } from './Routes'
import { theme } from './theme'

export function App() {
  const language = useStore(currentLanguage)
  return (
    <DirectionProvider
      key={directionOf(language)}
      initialDirection={directionOf(language)}
      detectDirection={false}
    >
      <MantineProvider theme={theme} defaultColorScheme="auto">
        <Provider value={client}>
          <SessionGate>
            <Routes />
          </SessionGate>
        </Provider>
      </MantineProvider>
    </DirectionProvider>
  )
}
