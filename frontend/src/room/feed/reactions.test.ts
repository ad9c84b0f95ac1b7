import { describe, expect, it } from 'vitest'

import { createWishes, reactionsOf, unwish, wish } from './reactions'

const nino = { id: 'nino', username: 'nino', displayName: 'Nino', deletedAt: null }
const me = { ...nino, id: 'me' }
const message = {
  reactions: [
    { emoji: '👍', count: 2, users: [nino, me] },
    { emoji: '❤️', count: 1, users: [me] },
  ],
}
const mine = new Map([
  ['👍', true],
  ['❤️', true],
])

describe('reactions', () => {
  it('are what the server says while nothing was clicked', () => {
    expect(reactionsOf(message, 'me', mine)).toEqual([
      { emoji: '👍', count: 2, isMine: true, people: [nino] },
      { emoji: '❤️', count: 1, isMine: true, people: [] },
    ])
  })

  it('are taken back at once, and gone with the last who had it', () => {
    const wishes = new Map([
      ['👍', false],
      ['❤️', false],
    ])
    expect(reactionsOf(message, 'me', mine, wishes)).toEqual([
      { emoji: '👍', count: 1, isMine: false, people: [nino] },
    ])
  })

  it('are there at once, behind those that were', () => {
    const shown = reactionsOf({ reactions: [] }, 'me', new Map(), new Map([['☕', true]]))
    expect(shown).toEqual([{ emoji: '☕', count: 1, isMine: true, people: [] }])
  })

  it('count a click once when the answer is here already', () => {
    expect(reactionsOf(message, 'me', mine, new Map([['👍', true]]))[0]?.count).toBe(2)
  })

  it('keep the later of two clicks when the first is answered', () => {
    const wishes = createWishes()
    wish(wishes, 'm', '👍', true)
    wish(wishes, 'm', '👍', false)
    unwish(wishes, 'm', '👍', true)
    expect(wishes.get().get('m')?.get('👍')).toBe(false)
    unwish(wishes, 'm', '👍', false)
    expect(wishes.get().size).toBe(0)
  })
})
