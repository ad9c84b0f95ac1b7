import { describe, expect, it } from 'vitest'

import type { InvitationLineFragment, MyRoomFragment, MyRoomsQuery } from './generated'
import { withInvitation, withoutInvitation, withoutRoom, withRoom } from './myRooms'

const EMPTY: MyRoomsQuery = { viewer: { id: 'me', rooms: { nodes: [] }, invitations: [] } }

function room(id: string): MyRoomFragment {
  return {
    id,
    title: id,
    address: id,
    isPrivate: false,
    memberCount: 1,
    onlineCount: 0,
    lastActivityAt: '2026-01-01T00:00:00Z',
    viewer: { role: 'MEMBER', unreadCount: 0, notify: 'ALL' },
    messages: { nodes: [] },
  }
}

function invitation(id: string, to: string): InvitationLineFragment {
  return { id, code: 'code', expiresAt: null, invitedBy: null, room: { ...room(to), topic: '' } }
}

const rooms = (mine: MyRoomsQuery) => mine.viewer?.rooms.nodes.map(({ id }) => id)
const invitations = (mine: MyRoomsQuery) => mine.viewer?.invitations.map(({ id }) => id)

describe("the viewer's rooms", () => {
  it('have a room that was entered, once', () => {
    const once = withRoom(EMPTY, room('tea'))
    expect(rooms(withRoom(once, room('tea')))).toEqual(['tea'])
  })

  it('do not have a room that was left', () => {
    const two = withRoom(withRoom(EMPTY, room('tea')), room('books'))
    expect(rooms(withoutRoom(two, 'tea'))).toEqual(['books'])
  })

  it('need no invitation any more when one is in, nor when the room is gone', () => {
    const invited = withInvitation(EMPTY, invitation('1', 'tea'))
    expect(invitations(withRoom(invited, room('tea')))).toEqual([])
    expect(invitations(withoutRoom(invited, 'tea'))).toEqual([])
    expect(invitations(withRoom(invited, room('books')))).toEqual(['1'])
  })

  it('have each invitation once, until it is declined', () => {
    const twice = withInvitation(withInvitation(EMPTY, invitation('1', 'tea')), invitation('1', 'tea'))
    expect(invitations(twice)).toEqual(['1'])
    expect(invitations(withoutInvitation(twice, '1'))).toEqual([])
  })

  it('stay nobody’s while nobody is logged in', () => {
    const nobody: MyRoomsQuery = { viewer: null }
    expect(withRoom(nobody, room('tea'))).toBe(nobody)
    expect(withoutRoom(nobody, 'tea')).toBe(nobody)
  })
})
