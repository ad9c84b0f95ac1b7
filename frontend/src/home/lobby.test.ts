import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { EMPTY, type LobbyEvent, type LobbyRoom, withEvent, withPage } from './lobby'

function room(id: string, facts: Partial<LobbyRoom> = {}): LobbyRoom {
  const name = `room ${id}`
  return {
    id,
    address: name,
    title: name,
    topic: '',
    createdAt: `2026-01-0${id}T00:00:00Z`,
    memberCount: 1,
    onlineCount: 0,
    ...facts,
  }
}

const listed = (of: LobbyRoom): LobbyEvent => ({ __typename: 'RoomListed', room: of })
const page = (...nodes: LobbyRoom[]) => ({ nodes, pageInfo: { hasNextPage: false, endCursor: null } })
const ids = (rooms: readonly LobbyRoom[]) => rooms.map(({ id }) => id)

describe('the lobby', () => {
  it('has rooms with people first, and the newest first among them', () => {
    const { rooms } = withPage(EMPTY, page(room('1'), room('2'), room('3', { onlineCount: 2 })))
    expect(ids(rooms)).toEqual(['3', '2', '1'])
  })

  it('moves a room up when somebody comes online in it', () => {
    const before = withPage(EMPTY, page(room('2'), room('1')))
    const after = withEvent(before, listed(room('1', { onlineCount: 1 })), true)
    expect(ids(after.rooms)).toEqual(['1', '2'])
  })

  it('takes a room away that is public no more', () => {
    const before = withPage(EMPTY, page(room('2'), room('1')))
    expect(ids(withEvent(before, { __typename: 'RoomUnlisted', roomId: '2' }, true).rooms)).toEqual(['1'])
  })

  it('does not show what was not searched for, but keeps what was found up to date', () => {
    const found = withPage(EMPTY, page(room('1')))
    expect(withEvent(found, listed(room('2')), false)).toBe(found)
    const { rooms } = withEvent(found, listed(room('1', { memberCount: 5 })), false)
    expect(rooms[0]?.memberCount).toBe(5)
  })

  it('has each room once, whatever overlaps', () => {
    const some = fc.array(
      fc
        .record({ id: fc.constantFrom('1', '2', '3', '4'), onlineCount: fc.nat(2) })
        .map(({ id, ...facts }) => room(id, facts)),
    )
    fc.assert(
      fc.property(some, some, some, (first, told, second) => {
        const events = told.map(listed)
        const lobby = withPage(
          events.reduce((state, event) => withEvent(state, event, true), withPage(EMPTY, page(...first))),
          page(...second),
        )
        expect(new Set(ids(lobby.rooms)).size).toBe(lobby.rooms.length)
        expect(new Set(ids(lobby.rooms))).toEqual(new Set(ids([...first, ...told, ...second])))
      }),
    )
  })
})
