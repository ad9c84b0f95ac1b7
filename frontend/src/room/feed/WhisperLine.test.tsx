// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'

import design from '../../design/texts/en.json'
import type { Whisper } from '../../whispers/whispers'
import texts from '../texts/en.json'
import { type FeedTools, FeedToolsContext } from './tools'
import { WhisperLine } from './WhisperLine'

const person = (id: string) => ({ id, username: id, displayName: id, deletedAt: null, avatarUrl: null })
const answer = vi.fn()

function show(sender: string, recipient: string, canAnswer = true) {
  const whisper: Whisper = {
    id: 'w',
    body: 'psst',
    sentAt: '2026-03-02T10:00:00.000Z',
    sender: person(sender),
    recipient: person(recipient),
    room: { id: 'room', address: 'room', title: 'room' },
  }
  render(
    <MantineProvider env="test">
      <FeedToolsContext value={{ whisper: answer } as unknown as FeedTools}>
        <WhisperLine whisper={whisper} row="whisper w" isStop viewer="me" canAnswer={canAnswer} />
      </FeedToolsContext>
    </MantineProvider>,
  )
}

beforeAll(async () => {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    interpolation: { escapeValue: false },
    resources: { en: { room: texts, design } },
  })
})
beforeEach(() => vi.clearAllMocks())
afterEach(cleanup)

describe('a whisper', () => {
  it.each([
    ['is answered', 'nino', 'me'],
    ['of one\u2019s own is followed by another', 'me', 'nino'],
  ])('%s by a key, or by the button that it shows', async (_, sender, recipient) => {
    show(sender, recipient)
    await userEvent.tab()
    expect(document.activeElement).toBe(screen.getByRole('article'))
    await userEvent.keyboard('r')
    expect(answer).toHaveBeenCalledExactlyOnceWith(person('nino'))
    await userEvent.click(screen.getByRole('button', { name: texts.action.whisper }))
    expect(answer).toHaveBeenCalledTimes(2)
  })

  it('of somebody who has gone is not answered', async () => {
    show('nino', 'me', false)
    await userEvent.tab()
    await userEvent.keyboard('r')
    expect(answer).not.toHaveBeenCalled()
    expect(screen.queryByRole('button')).toBe(null)
  })
})
