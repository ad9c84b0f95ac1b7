// @vitest-environment happy-dom
import { expect, it, vi } from 'vitest'

import { Kept } from '../outbox/kept'
import { draftOf, keepDraft, keepWaiting } from '../room/composer/drafts'
import { leave } from './leave'

const entry = {
  ...{ key: 'k', room: '7', body: 'unsent', at: '2026-01-01T00:00:00Z', state: 'waiting' as const },
  ...{ replyTo: null, attachments: [] },
}

it('takes along what they had begun to write and not sent, and leaves the rest where it is', () => {
  const go = vi.spyOn(location, 'assign').mockImplementation(() => {})
  localStorage.setItem('chaikhana.language', 'ka')
  localStorage.setItem('chaikhana.viewer', '1')
  for (const viewer of ['1', '12']) {
    keepDraft(viewer, '7', 'half a sen')
    keepWaiting(viewer, '7', ['with a file'])
    new Kept(localStorage, viewer).keep(entry)
  }

  leave('1')

  expect(localStorage.getItem('chaikhana.viewer')).toBeNull()
  expect(draftOf('1', '7')).toBe('')
  expect(new Kept(localStorage, '1').all()).toEqual([])
  expect(Object.keys({ ...sessionStorage })).toEqual(['chaikhana.waiting.12.7'])
  expect(draftOf('12', '7')).toBe('half a sen')
  expect(new Kept(localStorage, '12').all()).toHaveLength(1)
  expect(localStorage.getItem('chaikhana.language')).toBe('ka')
  expect(go).toHaveBeenCalledExactlyOnceWith('/')
})
