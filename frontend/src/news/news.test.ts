import { describe, expect, it } from 'vitest'

import type { LatestMessageFragment, Notify, PersonFragment, RoomFactsFragment } from '../api/generated'
import { newsOf } from './news'
import type { ViewerEvent } from './viewerEvents'

const person = (id: string): PersonFragment => ({
  id,
  username: id,
  displayName: id,
  deletedAt: null,
  avatarUrl: null,
})

const room = (notify: Notify): RoomFactsFragment => ({
  id: 'room',
  address: 'tea house',
  title: 'Tea house',
  isPrivate: false,
  memberCount: 2,
  onlineCount: 2,
  lastActivityAt: '2026-01-01T00:00:00Z',
  viewer: { role: 'MEMBER', unreadCount: 1, notify },
})

const message = (by: string, deletedAt: string | null = null): LatestMessageFragment => ({
  id: 'message',
  body: 'salam',
  sentAt: '2026-01-01T00:00:00Z',
  deletedAt,
  author: person(by),
})

const activity = (notify: Notify, latest: LatestMessageFragment | null = message('sara')): ViewerEvent => ({
  __typename: 'RoomActivity',
  room: room(notify),
  latest,
})

const mention = (notify: Notify): ViewerEvent => ({
  __typename: 'Mentioned',
  message: { ...message('sara'), room: room(notify) },
})

describe('it is news', () => {
  it('when something is said in a room that one wants to hear of', () => {
    expect(newsOf(activity('ALL'), 'me', null)).toMatchObject({ kind: 'message', message: 'message' })
    expect(newsOf(activity('MENTIONS'), 'me', null)).toBeNull()
    expect(newsOf(activity('NONE'), 'me', null)).toBeNull()
  })

  it('when one is named, unless one wants to hear of nothing', () => {
    expect(newsOf(mention('ALL'), 'me', null)).toMatchObject({ kind: 'mention' })
    expect(newsOf(mention('MENTIONS'), 'me', null)).toMatchObject({ kind: 'mention' })
    expect(newsOf(mention('NONE'), 'me', null)).toBeNull()
  })

  it('when somebody whispers, but not what one whispers oneself', () => {
    const whisper = (from: string): ViewerEvent => ({
      __typename: 'WhisperReceived',
      whisper: {
        id: 'whisper',
        body: 'psst',
        sentAt: '2026-01-01T00:00:00Z',
        sender: person(from),
        recipient: person('me'),
        room: room('ALL'),
      },
    })
    expect(newsOf(whisper('sara'), 'me', null)).toMatchObject({ kind: 'whisper', body: 'psst' })
    expect(newsOf(whisper('me'), 'me', null)).toBeNull()
  })

  it('only in rooms that are not before their eyes', () => {
    expect(newsOf(activity('ALL'), 'me', 'room')).toBeNull()
    expect(newsOf(activity('ALL'), 'me', 'another')).not.toBeNull()
  })

  it('never what is gone, or was not told', () => {
    expect(newsOf(activity('ALL', message('sara', '2026-01-01T00:00:01Z')), 'me', null)).toBeNull()
    expect(newsOf(activity('ALL', null), 'me', null)).toBeNull()
  })
})
