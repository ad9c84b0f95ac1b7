import * as fc from 'fast-check'
import { expect, it } from 'vitest'

import { Layers } from './Layers'

it('is a map, whatever is put into it, and what it was is as it was', () => {
  const changes = fc.array(fc.array(fc.tuple(fc.nat(400), fc.string()), { maxLength: 300 }))
  fc.assert(
    fc.property(changes, (rounds) => {
      let layers = new Layers<number, string>()
      let map = new Map<number, string>()
      for (const entries of rounds) {
        const before = layers
        const was = [...before]
        layers = layers.with(entries)
        map = new Map([...map, ...entries])
        expect([...layers]).toEqual([...map])
        expect([...layers.keys()]).toEqual([...map.keys()])
        expect([...layers.values()]).toEqual([...map.values()])
        expect(layers.size).toBe(map.size)
        expect([...before]).toEqual(was)
      }
      for (let key = 0; key <= 400; key++) {
        expect(layers.get(key)).toBe(map.get(key))
        expect(layers.has(key)).toBe(map.has(key))
      }
    }),
  )
})
