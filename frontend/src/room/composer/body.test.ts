import { expect, test } from 'vitest'

import { BODY_MAX, bodyOf, charactersLeft } from './body'

test('nothing unseen stands around what is sent; inside, all stays as it is', () => {
  expect(bodyOf('\n \n  indented\n\n  more \n\n')).toBe('  indented\n\n  more')
  expect(bodyOf(' \n\t ')).toBe('')
})

test('it is said how much is left near the end alone', () => {
  expect(charactersLeft('a'.repeat(BODY_MAX - 200))).toBeNull()
  expect(charactersLeft('a'.repeat(BODY_MAX - 199))).toBe(199)
  expect(charactersLeft('a'.repeat(BODY_MAX + 1))).toBe(-1)
})

test('an emoji is one character, as the server counts', () => {
  expect(charactersLeft('🫖'.repeat(BODY_MAX - 200))).toBeNull()
  expect(charactersLeft('🫖'.repeat(BODY_MAX))).toBe(0)
})
