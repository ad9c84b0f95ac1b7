import { describe, expect, it } from 'vitest'

import type { WhisperFieldsFragment } from '../../api/generated'
import type { Pending } from '../../outbox/outbox'
import { beginning, lastMessage, rowsOf, unreadCount } from './rows'
import type { Entry, Message, Notice } from './state'

const person = (id: string) => ({ id, username: id, displayName: id, deletedAt: null, avatarUrl: null })

const message = (id: string, author: string, sentAt: string): Message => ({
  id,
  body: id,
  sentAt,
  editedAt: null,
  deletedAt: null,
  version: 1,
  author: person(author),
  replyTo: null,
  mentions: [],
  attachments: [],
  reactions: [],
})
const notice = (id: string, at: string, what: Notice['what'] = 'joined'): Notice => ({
  id,
  at,
  what,
  who: id,
  by: null,
})
const whisper = (id: string, sentAt: string): WhisperFieldsFragment => ({
  id,
  body: id,
  sentAt,
  sender: person('ana'),
  recipient: person('me'),
  room: { id: 'room', address: 'room', title: 'room' },
})
const pending = (key: string, at: string): Pending => ({
  key,
  at,
  room: 'room',
  body: key,
  replyTo: null,
  attachments: [],
  state: 'waiting',
})

/** Times of one day; the others by themselves. */
const at = (time: string) => new Date(`2026-03-02T${time}`).toISOString()

function state(...what: readonly (Message | Notice)[]) {
  const entries = what.map(
    (each): Entry => ('body' in each ? { kind: 'message', id: each.id } : { kind: 'notice', notice: each }),
  )
  const messages = new Map(what.flatMap((each) => ('body' in each ? [[each.id, each] as const] : [])))
  return { entries, messages, earlier: null, later: null }
}

function rows(
  shown: Parameters<typeof rowsOf>[0],
  { whispers = [], waiting = [], unreadAfter = null }: Partial<Extras> = {},
): string[] {
  return rowsOf(shown, whispers, waiting, 'me', unreadAfter).map((row) => {
    switch (row.kind) {
      case 'message':
        return row.isFirst ? `${row.key}:` : row.key
      case 'pending':
        return `${row.pending.key}${row.isFirst ? ':' : ''}...`
      case 'whisper':
        return `(${row.whisper.id})`
      case 'notices':
        return `[${row.notices.map(({ id }) => id).join(' ')}]`
      default:
        return row.kind
    }
  })
}
type Extras = {
  whispers: readonly WhisperFieldsFragment[]
  waiting: readonly Pending[]
  unreadAfter: string | null
}

describe('the lines of the feed', () => {
  it('group what one person says within five minutes, on one day', () => {
    const shown = state(
      message('a', 'ana', at('10:00')),
      message('b', 'ana', at('10:04')),
      message('c', 'ana', at('10:10')),
      message('d', 'beka', at('10:11')),
      message('e', 'beka', new Date('2026-03-03T10:11').toISOString()),
    )
    expect(rows(shown)).toEqual(['start', 'day', 'a:', 'b', 'c:', 'd:', 'day', 'e:'])
  })

  it('say where the room begins only when all before is here', () => {
    expect(rows({ ...state(message('a', 'ana', at('10:00'))), earlier: 'cursor' })).toEqual(['day', 'a:'])
    expect(rows(state())).toEqual(['start'])
  })

  it('put notices that follow each other into one line, and end the group of who spoke before', () => {
    const shown = state(
      message('a', 'ana', at('10:00')),
      notice('x', at('10:01')),
      notice('y', at('10:01')),
      message('b', 'ana', at('10:02')),
      notice('z', at('10:03')),
    )
    expect(rows(shown)).toEqual(['start', 'day', 'a:', '[x y]', 'b:', '[z]'])
  })

  it('do not fold away that somebody was sent out, or that the room has another name', () => {
    const shown = state(
      notice('x', at('10:01')),
      notice('kick', at('10:01'), 'kicked'),
      notice('y', at('10:02')),
      notice('z', at('10:02'), 'online'),
      notice('name', at('10:03'), 'renamed'),
    )
    expect(rows(shown)).toEqual(['start', 'day', '[x]', '[kick]', '[y z]', '[name]'])
  })

  it('have the line above the first message that was not read, and none below the last', () => {
    const shown = state(
      message('a', 'ana', at('10:00')),
      notice('x', at('10:01')),
      message('b', 'ana', at('10:02')),
    )
    expect(rows(shown, { unreadAfter: 'a' })).toEqual(['start', 'day', 'a:', '[x]', 'unread', 'b:'])
    expect(rows(shown, { unreadAfter: 'b' })).toEqual(['start', 'day', 'a:', '[x]', 'b:'])
    expect(rows(shown, { unreadAfter: 'gone' })).toEqual(['start', 'day', 'a:', '[x]', 'b:'])
  })

  it('have whispers at their time, and what is on its way at the end', () => {
    const shown = state(message('a', 'ana', at('10:00')), message('b', 'me', at('10:02')))
    const whispers = [whisper('w', at('10:01')), whisper('v', at('10:03'))]
    const waiting = [pending('p', at('10:04')), pending('q', at('10:05'))]
    expect(rows(shown, { whispers, waiting })).toEqual([
      'start',
      'day',
      'a:',
      '(w)',
      'b:',
      '(v)',
      'p:...',
      'q...',
    ])
  })

  it('leave out, of what no log has, all that does not stand between what is shown', () => {
    const shown = { ...state(message('a', 'ana', at('10:00')), message('b', 'ana', at('10:02'))) }
    const extras = {
      whispers: [whisper('u', at('09:00')), whisper('w', at('10:01')), whisper('v', at('10:03'))],
      waiting: [pending('p', at('10:04'))],
    }
    expect(rows({ ...shown, earlier: 'before', later: 'after' }, extras)).toEqual(['day', 'a:', '(w)', 'b:'])
  })

  it('have keys that are all different', () => {
    const shown = state(
      message('a', 'ana', at('10:00')),
      message('b', 'ana', new Date('2026-03-03T10:00').toISOString()),
    )
    const keys = rowsOf(shown, [whisper('a', at('10:01'))], [pending('a', at('10:02'))], 'me', 'a').map(
      ({ key }) => key,
    )
    expect(new Set(keys).size).toBe(keys.length)
  })
})

describe('where one begins', () => {
  const shown = state(message('a', 'ana', at('10:00')), message('b', 'ana', at('10:02')))
  const begunAt = (asked: string | undefined, unreadAfter: string | null) =>
    beginning(rowsOf(shown, [], [], 'me', unreadAfter), asked)?.key

  it('is at what was asked for, else at the line, else at the end', () => {
    expect(begunAt('b', 'a')).toBe('b')
    expect(begunAt(undefined, 'a')).toBe('unread')
    expect(begunAt(undefined, null)).toBe(undefined)
  })

  it('is not at what is not there', () => {
    expect(begunAt('gone', 'a')).toBe('unread')
    expect(begunAt('gone', null)).toBe(undefined)
  })
})

describe('what is unread', () => {
  const shown = state(
    message('a', 'ana', at('10:00')),
    message('b', 'me', at('10:01')),
    notice('x', at('10:01')),
    message('c', 'ana', at('10:02')),
    message('d', 'beka', at('10:03')),
    notice('y', at('10:04')),
  )

  it('is what others have said since', () => {
    expect(unreadCount(shown, 'a', 'me')).toBe(2)
    expect(unreadCount(shown, 'd', 'me')).toBe(0)
    expect(unreadCount(shown, null, 'me')).toBe(3)
  })

  it('ends with the last message, whatever happened after it', () => {
    expect(lastMessage(shown)).toBe('d')
    expect(lastMessage(state(notice('x', at('10:00'))))).toBe(null)
  })
})
