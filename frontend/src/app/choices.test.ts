import { describe, expect, it } from 'vitest'

import type { LobbyRoomFragment } from '../api/generated'
import type { MyRoom } from '../news/myRooms'
import { choicesFor } from './choices'

const HERE = 'http://localhost:8000'

function mine(id: string, title: string, unreadCount = 0): MyRoom {
  return {
    id,
    title,
    address: title.toLowerCase(),
    isPrivate: false,
    memberCount: 2,
    onlineCount: 0,
    lastActivityAt: '2026-01-01T00:00:00Z',
    viewer: { role: 'MEMBER', unreadCount, notify: 'ALL' },
    messages: { nodes: [] },
    online: { nodes: [] },
  }
}

function listed(id: string, title: string): LobbyRoomFragment {
  const createdAt = '2026-01-01T00:00:00Z'
  return { id, title, address: title.toLowerCase(), topic: '', createdAt, memberCount: 1, onlineCount: 1 }
}

const told = (text: string, rooms: MyRoom[], known: LobbyRoomFragment[] = []) =>
  choicesFor(text, rooms, known, HERE).map(({ kind, room, path }) => `${kind} ${room?.title ?? path}`)

describe('the switcher offers', () => {
  it("the viewer's rooms before anything is typed, then public ones", () => {
    expect(told('', [mine('1', 'Tea'), mine('2', 'Books')], [listed('3', 'Walks')])).toEqual([
      'mine Tea',
      'mine Books',
      'public Walks',
    ])
  })

  it('what begins with the letters before what has them elsewhere', () => {
    expect(told('te', [mine('1', 'White tea'), mine('2', 'Tea')])[0]).toBe('mine Tea')
  })

  it('a room once, as the one that it is to the viewer', () => {
    expect(told('tea', [mine('1', 'Tea')], [listed('1', 'Tea')])).toEqual(['mine Tea'])
  })

  it('the address as it was typed, unless a room is known to be there', () => {
    expect(told('Te', [mine('1', 'Tea')])).toEqual(['mine Tea', 'enter /rooms/Te'])
    expect(told('TEA', [mine('1', 'Tea')])).toEqual(['mine Tea'])
  })

  it('where a pasted link leads', () => {
    expect(told(`${HERE}/rooms/secret?invitation=abc`, [])).toEqual(['enter /rooms/secret?invitation=abc'])
  })

  it('rooms in whatever letter forms their names are written', () => {
    expect(told('كتاب', [mine('1', 'کتاب‌خوان‌ها')])[0]).toBe('mine کتاب‌خوان‌ها')
  })
})
