import { describe, expect, it } from 'vitest'

import { hueOf, initialsOf } from './initials'

describe('initials', () => {
  it.each([
    ['nika', 'N'],
    ['Nika Beridze', 'N\u200cB'],
    ['sara_m.karimi', 'S\u200cK'],
    ['Анна-Мария де Соль', 'А\u200cС'],
    ['علی رضایی', 'ع\u200cر'],
    ['ნიკა ბერიძე', 'ნ\u200cბ'],
    ['👩‍🚀 Ada', 'A'],
    ['«Ёж»', 'Ё'],
    ['🍵', ''],
    ['', ''],
  ])('of %s are %s', (name, initials) => {
    expect(initialsOf(name)).toBe(initials)
  })

  it('stand on a colour that is always the same for one person', () => {
    expect(hueOf('VXNlcjox')).toBe(hueOf('VXNlcjox'))
    expect(hueOf('VXNlcjox')).not.toBe(hueOf('VXNlcjoy'))
    for (const id of ['', 'VXNlcjox', 'x'.repeat(100)]) {
      expect(hueOf(id)).toBeGreaterThanOrEqual(0)
      expect(hueOf(id)).toBeLessThanOrEqual(360)
    }
  })
})
