import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { linked } from './links'

const hrefs = (body: string) => linked(body).flatMap((part) => (typeof part === 'string' ? [] : [part.href]))

describe('the addresses in a text', () => {
  it('are found as they are written, in a sentence', () => {
    expect(linked('See https://example.org/tea?a=b#c, or t.me/chai!')).toEqual([
      'See ',
      { text: 'https://example.org/tea?a=b#c', href: 'https://example.org/tea?a=b#c' },
      ', or ',
      { text: 't.me/chai', href: 'https://t.me/chai' },
      '!',
    ])
  })

  it.each([
    ['(https://ka.example.ge/wiki/Tea_(drink))', 'https://ka.example.ge/wiki/Tea_(drink)'],
    ['«www.chai.example»', 'https://www.chai.example'],
    ['link:http://localhost:8000/rooms/چای', 'http://localhost:8000/rooms/چای'],
    ['http://192.168.1.7:8000', 'http://192.168.1.7:8000'],
    ['چایخانه: example.ir/چای،', 'https://example.ir/چای'],
    ['правительство.рф', 'https://правительство.рф'],
    ['EXAMPLE.COM:8443/a', 'https://EXAMPLE.COM:8443/a'],
    ['example.org,then', 'https://example.org'],
    ['**ana+tea@mail.example.org**.', 'mailto:ana+tea@mail.example.org'],
    ['xn--e1afmkfd.xn--p1ai', 'https://xn--e1afmkfd.xn--p1ai'],
  ])('are without what stands around them: %s', (body, href) => {
    expect(hrefs(body)).toEqual([href])
  })

  it.each([
    'node.js',
    'README.md',
    'one.Two',
    '12.30',
    'e.g.',
    '...',
    '@nino.ge@',
    'a@b',
    'http://',
    'https://[',
    'javascript:alert(1)',
    'data:text/html,<b>',
    'سلام.خوبی',
  ])('are not where there is none: %s', (body) => {
    expect(hrefs(body)).toEqual([])
  })

  it('lead to the web or to a mailbox alone, and nothing of the text is lost', () => {
    const words = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('https://', 'a.ge', '@', ')', '(', '/', ':80', 'www.', 'javascript:'),
    )
    fc.assert(
      fc.property(fc.array(words), (said) => {
        const body = said.join('')
        const parts = linked(body)
        expect(parts.map((part) => (typeof part === 'string' ? part : part.text)).join('')).toBe(body)
        for (const href of hrefs(body)) expect(new URL(href).protocol).toMatch(/^(https?|mailto):$/)
      }),
    )
  })

  it('are looked for in no more time than the text is long, whatever was written', () => {
    for (const trap of [')', '(', '.', 'a.', 'a@', 'www.', 'https://', '-a']) {
      const body = trap.repeat(40_000)
      const start = performance.now()
      linked(body)
      expect(performance.now() - start).toBeLessThan(1_000)
    }
  })
})
