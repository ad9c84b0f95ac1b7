import fc from 'fast-check'
import { expect, it } from 'vitest'

import { personPath, roomPath, roomSettingsPath, segmentOf } from './paths'

it('leads to a room or a person, whatever they are called', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (name) => {
      // No path can have these: they mean another path.
      fc.pre(name !== '.' && name !== '..')
      expect(segmentOf(new URL(roomPath(name), 'http://here').pathname, 1)).toBe(name)
      expect(segmentOf(new URL(roomSettingsPath(name), 'http://here').pathname, 1)).toBe(name)
      expect(segmentOf(new URL(personPath(name), 'http://here').pathname, 1)).toBe(name)
    }),
    { examples: [['100% tea'], ['50%23'], ['a/b?c#d'], ['چای‌خانه']] },
  )
})

it('takes a sign for itself in a path that was typed by hand', () => {
  expect(segmentOf('/rooms/100% tea', 1)).toBe('100% tea')
})

it('leads to a message, or in with an invitation', () => {
  expect(roomPath('tea house', { message: 'TWVzc2FnZTox' })).toBe('/rooms/tea%20house?message=TWVzc2FnZTox')
  expect(roomPath('tea', { invitation: 'a+b' })).toBe('/rooms/tea?invitation=a%2Bb')
})
