import { expect, test } from 'vitest'

import { FORGOTTEN, HOME, LOG_IN, SIGN_UP } from '../app/paths'
import { keeping, wanted } from './wanted'

const at = (address: string) => new URL(address, 'http://chai.test')

test('somebody who came by a deep link is shown it, with its query', () => {
  expect(wanted(at('/rooms/tea?invitation=abc'))).toBe('/rooms/tea?invitation=abc')
})

test('what was wanted survives from log in to sign up, to the forgotten password and back', () => {
  const next = wanted(at('/rooms/%DA%86%D8%A7%DB%8C?message=1'))
  for (const screen of [SIGN_UP, FORGOTTEN, LOG_IN]) expect(wanted(at(keeping(next, screen)))).toBe(next)
})

test('nothing wanted is home, and leaves the address as it is', () => {
  expect(wanted(at(LOG_IN))).toBe(HOME)
  expect(wanted(at('/reset/1/2'))).toBe(HOME)
  expect(keeping(HOME, SIGN_UP)).toBe(SIGN_UP)
})

test('no link leads out of this site, nor to an address that is none', () => {
  const tricks = [
    '//evil.test',
    '/\\evil.test',
    '/\t/evil.test',
    '/\n\\evil.test',
    '/.//evil.test',
    '/a/..//evil.test',
  ]
  const others = ['https://evil.test', 'javascript:alert(1)', 'rooms/tea', '\t//evil.test', '//', '']
  for (const next of [...tricks, ...others]) {
    expect(wanted(at(`${LOG_IN}?${new URLSearchParams({ next })}`))).toBe(HOME)
    if (next.startsWith('/')) expect(wanted({ pathname: next, search: '' })).toBe(HOME)
  }
  expect(wanted(at(`${LOG_IN}?next=/%09/evil.test`))).toBe(HOME)
})
