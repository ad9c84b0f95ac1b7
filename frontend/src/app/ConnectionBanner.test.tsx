// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { act, cleanup, render, screen } from '@testing-library/react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { connection } from '../api/socket'
import { timesCaughtUp } from '../news/viewerEvents'
import { ConnectionBanner } from './ConnectionBanner'

vi.mock('react-i18next', () => ({ useTranslation: () => ({ t: (key: string) => key }) }))

const said = () => screen.getByRole('status').textContent
const pass = (ms: number) => act(() => vi.advanceTimersByTime(ms))
const caughtUp = () => act(() => timesCaughtUp.set(timesCaughtUp.get() + 1))

beforeEach(() => {
  vi.useFakeTimers()
  connection.set('connected')
  render(
    <MantineProvider>
      <ConnectionBanner />
    </MantineProvider>,
  )
})

afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

it('says nothing while all is well, nor of a connection that is back at once', () => {
  caughtUp()
  act(() => connection.set('lost'))
  pass(1_000)
  act(() => connection.set('connected'))
  caughtUp()
  pass(5_000)
  expect(said()).toBe('')
})

it('says that the connection is lost, until what was missed is here', () => {
  act(() => connection.set('lost'))
  pass(2_000)
  expect(said()).toBe('reconnecting')
  act(() => connection.set('connected'))
  pass(10_000)
  expect(said()).toBe('reconnecting')
  caughtUp()
  expect(said()).toBe('back')
  pass(3_000)
  expect(said()).toBe('')
})

it('says at once that the device is offline', () => {
  act(() => {
    dispatchEvent(new Event('offline'))
    connection.set('lost')
  })
  pass(0)
  expect(said()).toBe('offline')
})
