import { describe, expect, it } from 'vitest'

import { fold } from './fold'

describe('folded, it is the same', () => {
  it.each([
    ['Tea House', 'tea house'],
    ['Café', 'cafe'],
    ['ЁЛКА', 'елка'],
    ['Чай', 'чаи'],
    ['چايخانه', 'چایخانه'],
    ['كتاب', 'کتاب'],
    ['خانه‌ها', 'خانهها'],
    ['ＴＥＡ', 'tea'],
    ['ᲩᲐᲘ', 'ჩაი'],
  ])('%s and %s', (a, b) => {
    expect(fold(a)).toBe(fold(b))
  })
})
