// What stands around every screen: language, direction, theme, the API, and who is here.
import { DirectionProvider, MantineProvider, useDirection } from '@mantine/core'
import { useLayoutEffect } from 'react'
import { Provider } from 'urql'

import { client } from '../api/client'
import { useStore } from '../api/store'
import { currentLanguage, directionOf } from '../i18n/language'
import { SessionGate } from '../session/SessionGate'
import { Routes } from './Routes'
import { theme } from './theme'

export function App() {
  return (
    <DirectionProvider initialDirection={directionOf(currentLanguage.get())} detectDirection={false}>
      <SpokenDirection />
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

/** It turns with the language, and all that stands in it stays: what is typed, and what is connected. */
function SpokenDirection() {
  const direction = directionOf(useStore(currentLanguage))
  const { setDirection } = useDirection()
  useLayoutEffect(() => setDirection(direction), [direction, setDirection])
  return null
}
