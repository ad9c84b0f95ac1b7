// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { act, cleanup, render, screen, within } from '@testing-library/react'
import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { afterEach, beforeAll, expect, it, vi } from 'vitest'

import { client } from '../api/client'
import design from '../design/texts/en.json'
import membership from '../membership/texts/en.json'
import type { MyRoom } from '../news/myRooms'
import { MyRoomsSection } from './MyRoomsSection'
import home from './texts/en.json'

vi.mock('../api/client', () => ({ client: { mutation: vi.fn() } }))
vi.mock('./WhoIsIn', () => ({ WhoIsIn: () => null }))

const room = (address: string): MyRoom => ({
  id: address,
  address,
  title: address,
  isPrivate: false,
  memberCount: 2,
  onlineCount: 0,
  lastActivityAt: '2026-03-02T14:05:00Z',
  viewer: { role: 'MEMBER', unreadCount: 0, notify: 'ALL' },
  messages: { nodes: [] },
  online: { nodes: [] },
})

const page = (...addresses: string[]) => (
  <MantineProvider env="test">
    <MyRoomsSection rooms={addresses.map(room)} />
  </MantineProvider>
)

beforeAll(async () => {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    interpolation: { escapeValue: false },
    resources: { en: { home, membership, design } },
  })
})
afterEach(cleanup)

it('keeps the keyboard among the rooms when one of them is left', async () => {
  let answer = (_left: unknown) => {}
  const left = new Promise((resolve) => (answer = resolve))
  vi.mocked(client.mutation).mockReturnValue({ toPromise: () => left } as never)
  const { rerender } = render(page('tea', 'books'))
  await press(screen.getByRole('button', { name: /tea/ }), () => import('./RoomMenuItems'))
  await press(
    await screen.findByRole('menuitem', { name: membership.leave }),
    () => import('../membership/Leaving'),
  )
  const dialog = await screen.findByRole('dialog')
  await press(within(dialog).getByRole('button', { name: membership.leave }))
  await act(async () => {
    answer({ data: { leaveRoom: { cursor: 'there' } } })
    rerender(page('books'))
  })
  expect(screen.queryByRole('link', { name: 'tea' })).toBe(null)
  expect(screen.queryByRole('dialog')).toBe(null)
  expect(document.activeElement).toBe(screen.getByRole('list', { name: home.rooms }))
})

/** As Enter does; what it leads to may be loaded for that. */
async function press(button: HTMLElement, part?: () => Promise<unknown>) {
  await act(async () => {
    button.focus()
    button.click()
    await part?.()
  })
}
