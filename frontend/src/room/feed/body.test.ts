import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'

import { partsOf } from './body'

const nino = { id: 'n', username: 'nino' }
const sara = { id: 's', username: 'سارا.کریمی' }

describe('the parts of a message', () => {
  it('are the whole of it, whatever was written', () => {
    const words = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('@nino', '@nobody', 'https://example.org/a?b=c', 'ana@example.org', '\n', 'salam. '),
    )
    fc.assert(
      fc.property(fc.array(words, { maxLength: 10 }), (said) => {
        const body = said.join(' ')
        expect(
          partsOf(body, [nino])
            .map(({ text }) => text)
            .join(''),
        ).toBe(body)
      }),
    )
  })

  it('make links of addresses of the web and of mail', () => {
    expect(partsOf('see example.org/tea, or write to ana@example.org', [])).toEqual([
      { kind: 'text', text: 'see ' },
      { kind: 'link', text: 'example.org/tea', href: 'https://example.org/tea' },
      { kind: 'text', text: ', or write to ' },
      { kind: 'link', text: 'ana@example.org', href: 'mailto:ana@example.org' },
    ])
  })

  it('make no link of anything that could run or leave the web', () => {
    for (const trap of [
      'javascript:alert(1)',
      'data:text/html,<b>',
      'file:///etc/passwd',
      'ftp://example.org',
    ]) {
      const hrefs = partsOf(trap, []).flatMap((part) => (part.kind === 'link' ? [part.href] : []))
      expect(hrefs.filter((href) => !href.startsWith('https://'))).toEqual([])
    }
  })

  it('name those who were mentioned, however they were written, and nobody else', () => {
    expect(partsOf('@NINO, @سارا.كريمي. and @nobody', [nino, sara])).toEqual([
      { kind: 'mention', text: '@NINO', person: 'n' },
      { kind: 'text', text: ', ' },
      { kind: 'mention', text: '@سارا.كريمي', person: 's' },
      { kind: 'text', text: '. and @nobody' },
    ])
  })
})
