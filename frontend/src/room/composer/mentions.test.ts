import fc from 'fast-check'
import { expect, test } from 'vitest'

import { matching, mentionAt, withMention } from './mentions'

const queryIn = (text: string) => mentionAt(text, text.length)?.query

test('a name is being written behind an @ that does not stand in a word', () => {
  expect(queryIn('@')).toBe('')
  expect(queryIn('salam @ni')).toBe('ni')
  expect(queryIn('(@ნინ')).toBe('ნინ')
  expect(queryIn('سلام @می‌نا')).toBe('می‌نا')
  expect(queryIn('nika@mail')).toBeUndefined()
  expect(queryIn('@nika salam')).toBeUndefined()
  expect(queryIn('salam')).toBeUndefined()
  expect(queryIn(`@${'a'.repeat(200)}`)).toBeUndefined()
})

test('only what stands before the caret counts', () => {
  expect(mentionAt('hi @nika', 6)).toEqual({ start: 3, end: 6, query: 'ni' })
  expect(mentionAt('hi @nika', 2)).toBeNull()
})

const people = [
  person('1', 'nika', 'Nika Beridze'),
  person('2', 'sara', 'سارا'),
  person('3', 'anika', 'Anika'),
  person('4', 'nino', 'Nino'),
  { ...person('5', 'gone', ''), deletedAt: '2026-01-01T00:00:00Z' },
]
const names = (query: string, online: readonly string[] = []) =>
  matching(query, [...people, ...people], (id) => online.includes(id)).map(({ username }) => username)

test('people are found by either of their names, or any word of them, each once', () => {
  expect(names('ni')).toEqual(['nika', 'nino', 'anika'])
  expect(names('BERI')).toEqual(['nika'])
  expect(names('سار')).toEqual(['sara'])
  expect(names('zzz')).toEqual([])
})

test('those who are here come first, and nobody who has gone for good', () => {
  expect(names('', ['2'])).toEqual(['sara', 'anika', 'nika', 'nino'])
  expect(names('ni', ['3'])).toEqual(['anika', 'nika', 'nino'])
})

test('a name that is chosen takes the place of what was written of it, and the caret stands behind a space', () => {
  expect(withMention('hi @ni', mentionAt('hi @ni', 6)!, 'nika')).toEqual({ text: 'hi @nika ', caret: 9 })
  expect(withMention('@ni there', mentionAt('@ni there', 3)!, 'nika')).toEqual({
    text: '@nika there',
    caret: 6,
  })
})

test('whatever is written, completing changes nothing but the name', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (before, after) => {
      const mention = mentionAt(before + after, before.length)
      if (!mention) return
      const { text, caret } = withMention(before + after, mention, 'nika')
      expect(text.startsWith(`${before.slice(0, mention.start)}@nika`)).toBe(true)
      expect(text.endsWith(after)).toBe(true)
      expect(text.slice(mention.start, caret)).toMatch(/^@nika\s$/)
    }),
  )
})

function person(id: string, username: string, displayName: string) {
  return { id, username, displayName, deletedAt: null, avatarUrl: null }
}
