// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { act, cleanup, render, screen } from '@testing-library/react'
import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'

import { createStore } from '../../api/store'
import design from '../../design/texts/en.json'
import type { Pending } from '../../outbox/outbox'
import type { Whisper } from '../../whispers/whispers'
import texts from '../texts/en.json'
import { Announcer } from './Announcer'
import type { Message } from './state'

vi.mock('../../outbox/outbox', () => ({}))

const person = (id: string) => ({ id, username: id, displayName: id, deletedAt: null, avatarUrl: null })
const said = (body: string, author: string) => ({ id: body, body, author: person(author) }) as Message
const whisper = (body: string, sender: string) => ({ id: body, body, sender: person(sender) }) as Whisper
const pending = (state: Pending['state'], detail?: string) => ({ key: 'key', state, detail }) as Pending

const news = createStore<readonly Message[]>([])
const say = (...messages: readonly Message[]) => act(() => news.set(messages))

type Shown = { whispers?: readonly Whisper[]; waiting?: readonly Pending[] }

function view({ whispers = [], waiting = [] }: Shown = {}) {
  return (
    <MantineProvider env="test">
      <Announcer news={news} people={new Map()} whispers={whispers} pending={waiting} viewer="me" />
    </MantineProvider>
  )
}

const told = async () => {
  await act(() => vi.advanceTimersByTimeAsync(1_500))
  return screen.getByRole('status').textContent
}

beforeAll(async () => {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    interpolation: { escapeValue: false },
    resources: { en: { room: texts, design } },
  })
})
beforeEach(() => vi.useFakeTimers())
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

describe('whoever does not see the feed', () => {
  it('is not told of what was there to begin with', async () => {
    news.set([said('old', 'Nino')])
    render(view({ whispers: [whisper('old', 'Nino')], waiting: [pending('refused', 'You are muted.')] }))
    expect(await told()).toBe('')
  })

  it('is told what somebody says, and not what one says oneself', async () => {
    render(view())
    say(said('salam', 'Nino'))
    expect(await told()).toBe('\u2068Nino\u2069: \u2068salam\u2069')
    say(said('hello', 'me'))
    expect(await told()).toBe('\u2068Nino\u2069: \u2068salam\u2069')
  })

  it('is told the same words again when they are said again', async () => {
    render(view())
    say(said('ok', 'Nino'))
    await told()
    const before = screen.getByRole('status').firstChild
    say(said('ok', 'Nino'))
    await told()
    expect(screen.getByRole('status').firstChild).not.toBe(before)
  })

  it('is told how many there are when they come fast, whispers among them', async () => {
    const { rerender } = render(view())
    say(said('1', 'Nino'), said('mine', 'me'))
    say(said('2', 'Nino'))
    rerender(view({ whispers: [whisper('3', 'Nino')] }))
    expect(await told()).toBe('3 new messages')
  })

  it('is told what somebody whispers, once, and not what one whispers oneself', async () => {
    const { rerender } = render(view())
    const first = [whisper('psst', 'Nino')]
    rerender(view({ whispers: first }))
    expect(await told()).toBe('\u2068Nino\u2069 whispers to you: \u2068psst\u2069')
    rerender(view({ whispers: [...first, whisper('hush', 'me')] }))
    expect(await told()).toBe('\u2068Nino\u2069 whispers to you: \u2068psst\u2069')
  })

  it('is told that a message was not sent, and why, each time', async () => {
    const { rerender } = render(view({ waiting: [pending('sending')] }))
    rerender(view({ waiting: [pending('refused', 'You are muted.')] }))
    expect(await told()).toBe('Your message was not sent. You are muted.')
    rerender(view({ waiting: [pending('sending')] }))
    rerender(view({ waiting: [pending('refused', 'You are banned.')] }))
    expect(await told()).toBe('Your message was not sent. You are banned.')
  })

  it('is told of a file as a file', async () => {
    render(view())
    say(said('', 'Nino'))
    expect(await told()).toBe('\u2068Nino\u2069: \u2068Attachment\u2069')
  })
})
