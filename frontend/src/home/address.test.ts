import { describe, expect, it } from 'vitest'

import { wantedBy } from './address'

const HERE = 'http://192.168.1.7:8000'

describe('what is typed to enter a room', () => {
  it('is an address in any language, without the spaces around it', () => {
    expect(wantedBy('  چای‌خانه ', HERE)).toEqual({ kind: 'address', address: 'چای‌خانه' })
  })

  it('is nothing when there is nothing to see', () => {
    expect(wantedBy(' \n', HERE)).toEqual({ kind: 'nothing' })
  })

  it('may be a link to a room of this server, with its invitation', () => {
    const path = '/rooms/tea%20house?invitation=abc'
    expect(wantedBy(`${HERE}${path}`, HERE)).toEqual({ kind: 'link', path })
  })

  it('never leads to another server, nor to what is no room', () => {
    expect(wantedBy('http://elsewhere.example/rooms/tea', HERE)).toEqual({ kind: 'slash' })
    expect(wantedBy(`${HERE}/profile`, HERE)).toEqual({ kind: 'slash' })
    expect(wantedBy('javascript:alert(1)', HERE)).toEqual({ kind: 'address', address: 'javascript:alert(1)' })
  })

  it('may have 64 characters, however many halves JavaScript makes of them', () => {
    expect(wantedBy('🍵'.repeat(64), HERE).kind).toBe('address')
    expect(wantedBy('🍵'.repeat(65), HERE).kind).toBe('long')
  })
})
