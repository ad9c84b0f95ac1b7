import { describe, expect, it } from 'vitest'

import type { Member, Person } from '../feed/state'
import { together } from './members'

const person = (id: string): Person => ({
  id,
  username: id,
  displayName: id,
  deletedAt: null,
  avatarUrl: null,
})
const member = (id: string, more: Partial<Member> = {}): Member => ({
  id: `member ${id}`,
  role: 'MEMBER',
  joinedAt: '2026-01-01T00:00:00.000Z',
  leftAt: null,
  mutedUntil: null,
  user: person(id),
  ...more,
})
const NOBODY = { members: [], told: new Map(), online: new Map(), people: new Map() }
const names = (list: readonly { person: Person }[]) => list.map(({ person }) => person.id)

describe('the people of a room', () => {
  it('are those who are online, in the order in which they came, and then the other members', () => {
    const { here, others } = together({
      ...NOBODY,
      members: [member('ana'), member('beka'), member('dato')],
      online: new Map([
        ['dato', '1'],
        ['ana', '2'],
      ]),
      people: new Map([person('ana'), person('dato')].map((each) => [each.id, each])),
    })
    expect(names(here)).toEqual(['dato', 'ana'])
    expect(here[1]?.member?.user.id).toBe('ana')
    expect(names(others)).toEqual(['beka'])
  })

  it('are told by the log who came, who went, and whose role is another', () => {
    const { others } = together({
      ...NOBODY,
      members: [member('ana'), member('beka')],
      told: new Map([
        ['ana', member('ana', { leftAt: '2026-01-02T00:00:00.000Z' })],
        ['beka', member('beka', { role: 'MODERATOR' })],
        ['dato', member('dato')],
        ['eka', member('eka', { leftAt: '2026-01-02T00:00:00.000Z' })],
      ]),
    })
    expect(names(others)).toEqual(['beka', 'dato'])
    expect(others[0]?.member?.role).toBe('MODERATOR')
  })

  it('are called as they are called now', () => {
    const renamed = { ...person('ana'), displayName: 'Ani' }
    const { others } = together({
      ...NOBODY,
      members: [member('ana')],
      people: new Map([['ana', renamed]]),
    })
    expect(others[0]?.person.displayName).toBe('Ani')
  })

  it('have somebody who came back before they were asked for', () => {
    const { others } = together({
      ...NOBODY,
      members: [member('ana', { joinedAt: '2026-01-03T00:00:00.000Z' })],
      told: new Map([['ana', member('ana', { leftAt: '2026-01-02T00:00:00.000Z' })]]),
    })
    expect(names(others)).toEqual(['ana'])
  })
})
