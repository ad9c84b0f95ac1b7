// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { afterEach, beforeAll, expect, it, vi } from 'vitest'

import { client } from '../api/client'
import { ModerateMemberDocument } from '../api/generated'
import design from '../design/texts/en.json'
import { BansSection } from './BansSection'
import settings from './texts/en.json'

vi.mock('../api/client', () => ({ client: { mutation: vi.fn() } }))

beforeAll(async () => {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    interpolation: { escapeValue: false },
    resources: { en: { settings, design } },
  })
})
afterEach(cleanup)

it('keeps the keyboard where the banned are listed when one of them may come back, also the last one', async () => {
  const ali = { id: 'ali', username: 'ali', displayName: 'Ali', deletedAt: null, avatarUrl: null }
  const bans = [{ id: 'ban', user: ali, by: null, at: '2026-03-02T14:05:00Z' }]
  const section = (banned: typeof bans) => (
    <MantineProvider env="test">
      <BansSection room="tea" bans={banned} />
    </MantineProvider>
  )
  const done = { data: { done: { member: { id: 'ali in tea' } } } }
  vi.mocked(client.mutation).mockReturnValue({ toPromise: async () => done } as never)
  const { rerender } = render(section(bans))
  screen.getByRole('button', { name: settings.bans.unban }).focus()
  await userEvent.keyboard('{Enter}')
  const input = { room: 'tea', user: 'ali', action: 'UNBAN' }
  expect(client.mutation).toHaveBeenCalledExactlyOnceWith(ModerateMemberDocument, { input }, undefined)
  rerender(section([]))
  expect(screen.getByText(settings.bans.nobody)).toBeDefined()
  expect(document.activeElement).toBe(screen.getByRole('group', { name: settings.bans.title }))
})
