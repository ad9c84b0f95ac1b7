// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, act as flush, render, screen, waitFor } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { Route, Router } from 'wouter'
import { memoryLocation } from 'wouter/memory-location'

import type { Connection } from '../api/socket'
import { createStore, type Store } from '../api/store'
import { ROOM } from '../app/paths'
import design from '../design/texts/en.json'
import texts from './texts/en.json'

const { act, connection } = vi.hoisted(() => ({
  act: vi.fn(),
  connection: {} as { store: Store<Connection> },
}))
vi.mock('../api/act', () => ({ act }))
vi.mock('../api/socket', () => ({
  get connection() {
    return connection.store
  },
}))
vi.mock('./RoomScreen', () => ({
  RoomScreen: ({ room, message, onMoved, onEnter }: ScreenProps) => (
    <>
      <p>{`in ${room} at ${message}`}</p>
      <button type="button" onClick={() => onMoved('moved')}>
        move
      </button>
      <button type="button" onClick={onEnter}>
        again
      </button>
    </>
  ),
}))
type ScreenProps = { room: string; message: string | null; onMoved(to: string): void; onEnter(): void }

const { Room } = await import('./Room')

const entered = (address: string, unread = 0) => ({
  payload: {
    created: false,
    room: { id: `room ${address}`, address, viewer: { unreadCount: unread, lastRead: null } },
  },
})
const refused = (code: string) => ({ problem: { code, detail: code } })
const asked = () => act.mock.calls.map(([, variables]) => (variables as { input: unknown }).input)

function visit(path: string) {
  const place = memoryLocation({ path, record: true })
  render(
    <MantineProvider env="test">
      <Router hook={place.hook} searchHook={place.searchHook}>
        <Route path={ROOM}>{({ address }) => <Room address={decodeURIComponent(address)} />}</Route>
      </Router>
    </MantineProvider>,
  )
  return { ...place, at: () => place.history.at(-1) }
}

beforeAll(async () => {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    interpolation: { escapeValue: false },
    resources: { en: { room: texts, design } },
  })
})
beforeEach(() => {
  connection.store = createStore<Connection>('idle')
  act.mockReset()
})
afterEach(cleanup)

describe('the room at an address', () => {
  it('is entered, by whatever name it has', async () => {
    act.mockResolvedValue(entered('tea house'))
    const { at } = visit('/rooms/Tea%20House?message=m')
    expect(await screen.findByText('in room tea house at m')).toBeDefined()
    expect(asked()).toEqual([{ address: 'Tea House' }])
    expect(at()).toBe('/rooms/tea%20house?message=m')
  })

  it('is opened by the code in its link, which is of no use any more then', async () => {
    act.mockResolvedValue(entered('tea'))
    const { at, navigate } = visit('/rooms/tea?invitation=code')
    expect(await screen.findByText('in room tea at null')).toBeDefined()
    expect(asked()).toEqual([{ address: 'tea', invitation: 'code' }])
    expect(at()).toBe('/rooms/tea')
    act.mockResolvedValue(entered('coffee'))
    flush(() => navigate('/rooms/coffee'))
    expect(await screen.findByText('in room coffee at null')).toBeDefined()
    expect(asked().at(-1)).toEqual({ address: 'coffee' })
  })

  it('is opened by a code that is typed, where it is private', async () => {
    act.mockResolvedValue(refused('NOT_FOUND'))
    visit('/rooms/secret')
    await userEvent.type(await screen.findByLabelText('Invitation code'), ' code ')
    act.mockResolvedValue(entered('secret'))
    await userEvent.click(screen.getByRole('button', { name: 'Enter' }))
    expect(await screen.findByText('in room secret at null')).toBeDefined()
    expect(asked().at(-1)).toEqual({ address: 'secret', invitation: 'code' })
  })

  it('says why one cannot come in', async () => {
    act.mockResolvedValue(refused('FORBIDDEN'))
    visit('/rooms/tea')
    expect((await screen.findByRole('alert')).textContent).toContain('FORBIDDEN')
    expect(screen.queryByLabelText('Invitation code')).toBe(null)
  })

  it('is entered when the server is in reach again', async () => {
    act.mockResolvedValue(refused('UNREACHABLE'))
    visit('/rooms/tea')
    await screen.findByText(design.unreachable)
    act.mockResolvedValue(entered('tea'))
    flush(() => connection.store.set('connected'))
    expect(await screen.findByText('in room tea at null')).toBeDefined()
  })

  it('goes with its address, and is not entered anew for that', async () => {
    act.mockResolvedValue(entered('tea'))
    const { at } = visit('/rooms/tea')
    await userEvent.click(await screen.findByText('move'))
    await waitFor(() => expect(at()).toBe('/rooms/moved'))
    expect(screen.getByText('in room tea at null')).toBeDefined()
    expect(act).toHaveBeenCalledOnce()
  })

  it('is entered again by who was sent out', async () => {
    act.mockResolvedValue(entered('tea'))
    visit('/rooms/tea')
    await userEvent.click(await screen.findByText('again'))
    await waitFor(() => expect(act).toHaveBeenCalledTimes(2))
    expect(await screen.findByText('in room tea at null')).toBeDefined()
  })
})
