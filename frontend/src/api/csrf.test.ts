import { expect, test } from 'vitest'

import { csrfToken } from './csrf'

test('the CSRF token is found wherever it stands, and nothing is taken for it', () => {
  expect(csrfToken('theme=dark; csrftoken=abc; locale=ka')).toBe('abc')
  expect(csrfToken('theme=dark;csrftoken=abc')).toBe('abc')
  expect(csrfToken('old-csrftoken=abc; csrftoken=')).toBeUndefined()
})
