// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'

import type { Pending } from '../../outbox/outbox'
import texts from '../texts/en.json'
import { type FeedTools, FeedToolsContext } from './tools'

const { retry, discard } = vi.hoisted(() => ({ retry: vi.fn(), discard: vi.fn() }))
vi.mock('../../outbox/outbox', () => ({ retry, discard }))

const { PendingRow } = await import('./PendingRow')

function show(state: Pending['state']) {
  const pending: Pending = {
    key: 'key',
    at: '2026-03-02T10:00:00.000Z',
    room: 'room',
    body: 'salam',
    replyTo: null,
    attachments: [],
    state,
    detail: 'You are muted.',
  }
  render(
    <MantineProvider env="test">
      <FeedToolsContext value={{ jump: vi.fn() } as unknown as FeedTools}>
        <PendingRow pending={pending} row="pending key" isFirst isStop viewer="me" />
      </FeedToolsContext>
    </MantineProvider>,
  )
  return screen.getByRole('article')
}

beforeAll(async () => {
  await i18next.use(initReactI18next).init({ lng: 'en', resources: { en: { room: texts } } })
})
beforeEach(() => vi.clearAllMocks())
afterEach(cleanup)

describe('a message that was refused', () => {
  it.each([
    ['{Enter}', retry],
    ['{Delete}', discard],
    ['{Backspace}', discard],
  ])('is reached by Tab, and tried again or thrown away by %s', async (key, done) => {
    const row = show('refused')
    await userEvent.tab()
    expect(document.activeElement).toBe(row)
    await userEvent.keyboard(key)
    expect(done).toHaveBeenCalledExactlyOnceWith('key')
    expect(retry.mock.calls.length + discard.mock.calls.length).toBe(1)
  })

  it('keeps the focus when its button is pressed, which goes', async () => {
    const row = show('refused')
    await userEvent.click(screen.getByRole('button', { name: texts.pending.retry }))
    expect(retry).toHaveBeenCalledExactlyOnceWith('key')
    expect(document.activeElement).toBe(row)
  })
})

it('a message that is on its way has no keys', async () => {
  show('sending').focus()
  await userEvent.keyboard('{Enter}{Delete}')
  expect(retry).not.toHaveBeenCalled()
  expect(discard).not.toHaveBeenCalled()
})
