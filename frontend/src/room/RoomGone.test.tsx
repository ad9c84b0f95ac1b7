// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'

import design from '../design/texts/en.json'
import recorded from './feed/recorded.json'
import { type FeedState, fromSnapshot, type Person, type Snapshot } from './feed/state'
import { Ended } from './RoomGone'
import texts from './texts/en.json'

const begun = fromSnapshot(recorded.views[0]!.snapshot as unknown as Snapshot)
const nino: Person = { id: 'n', username: 'nino', displayName: 'Nino', deletedAt: null, avatarUrl: null }
const sentAway = { __typename: 'ForbiddenProblem', code: 'FORBIDDEN', detail: 'Members only.' } as const
const deleted = { __typename: 'NotFoundProblem', code: 'NOT_FOUND', detail: 'No such room.' } as const

const onEnter = vi.fn()

function show(changes: Partial<FeedState>, isPrivate = false): string {
  const room = { ...begun.room, title: 'Tea', isPrivate }
  render(
    <MantineProvider env="test">
      <Ended state={{ ...begun, room, ...changes }} onEnter={onEnter} />
    </MantineProvider>,
  )
  return screen.getByRole('heading').textContent?.replace(/[\u2068\u2069]/g, '') ?? ''
}

const mayReturn = () => screen.queryByRole('button', { name: texts.gone.again }) !== null

beforeAll(async () => {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    interpolation: { escapeValue: false },
    resources: { en: { room: texts, design } },
  })
})
afterEach(cleanup)

describe('whoever is not in the room any more', () => {
  it('is told who has sent them out, and may come back', () => {
    expect(show({ ended: sentAway, departure: { how: 'KICKED', by: nino } })).toBe(
      'Nino has sent you out of Tea',
    )
    expect(mayReturn()).toBe(true)
  })

  it('is told who has banned them, and may not come back', () => {
    expect(show({ ended: sentAway, departure: { how: 'BANNED', by: nino } })).toBe(
      'Nino has banned you from Tea',
    )
    expect(mayReturn()).toBe(false)
  })

  it('may not come back by themself where one has to be invited', () => {
    expect(show({ ended: sentAway, departure: { how: 'KICKED', by: null } }, true)).toBe(
      'You were sent out of Tea',
    )
    expect(mayReturn()).toBe(false)
  })

  it('is told that they left, when they did so elsewhere', () => {
    expect(show({ ended: sentAway, departure: { how: 'LEFT', by: null } })).toBe('You have left Tea')
  })

  it('is told that the room was deleted', () => {
    expect(show({ ended: deleted })).toBe('Tea was deleted')
    expect(mayReturn()).toBe(false)
  })

  it('is told so when it happened while they were away, and can try', async () => {
    expect(show({ ended: null })).toBe('You are not in Tea any more')
    await userEvent.click(screen.getByRole('button', { name: texts.gone.again }))
    expect(onEnter).toHaveBeenCalledOnce()
  })
})
