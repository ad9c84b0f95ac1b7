// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { act, cleanup, render, screen } from '@testing-library/react'
import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'

import design from '../../design/texts/en.json'
import texts from '../texts/en.json'
import { Announcer } from './Announcer'
import recorded from './recorded.json'
import { applyFrame, type FeedState, type Frame, fromSnapshot, type Snapshot } from './state'

const begun = fromSnapshot(recorded.views[0]!.snapshot as unknown as Snapshot)
const sent = recorded.frames.findLast(({ event }) => event.__typename === 'MessageSent') as unknown as Frame

/** Said by somebody, in the order of the numbers. */
function say(state: FeedState, number: number, author: string): FeedState {
  if (sent.event.__typename !== 'MessageSent') throw new Error('The recording is another.')
  const { message } = sent.event
  const person = { ...message.author, id: author, displayName: author }
  const next = { ...message, id: `new ${number}`, body: `words ${number}`, sentAt: '2999', author: person }
  return applyFrame(state, { cursor: '', event: { ...sent.event, message: next } }, 'me', '')
}

function view(state: FeedState) {
  const last = state.entries.findLast((entry) => entry.kind === 'message')
  return (
    <MantineProvider env="test">
      <Announcer state={state} last={last?.kind === 'message' ? last.id : null} viewer="me" />
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
    render(view(begun))
    expect(await told()).toBe('')
  })

  it('is told what somebody says, and not what one says oneself', async () => {
    const { rerender } = render(view(begun))
    const one = say(begun, 1, 'Nino')
    rerender(view(one))
    expect(await told()).toBe('\u2068Nino\u2069: \u2068words 1\u2069')
    rerender(view(say(one, 2, 'me')))
    expect(await told()).toBe('\u2068Nino\u2069: \u2068words 1\u2069')
  })

  it('is told how many there are when they come fast', async () => {
    const { rerender } = render(view(begun))
    let state = begun
    for (const number of [1, 2, 3]) {
      state = say(state, number, 'Nino')
      rerender(view(state))
    }
    expect(await told()).toBe('3 new messages')
  })
})
