// @vitest-environment happy-dom
import { renderHook } from '@testing-library/react'
import { expect, test, vi } from 'vitest'

import { keepWaiting } from '../room/composer/drafts'
import { isStillHere, useOneViewer } from './oneViewer'

test('a page begins anew when somebody else has logged in on another one, and says nothing in their name', () => {
  const reload = vi.spyOn(location, 'reload').mockImplementation(() => {})
  const { rerender } = renderHook(({ viewer }: { viewer: string | undefined }) => useOneViewer(viewer), {
    initialProps: { viewer: undefined as string | undefined },
  })
  rerender({ viewer: 'nika' })
  rerender({ viewer: undefined })
  rerender({ viewer: 'nika' })
  expect(isStillHere()).toBe(true)
  expect(reload).not.toHaveBeenCalled()

  localStorage.setItem('chaikhana.viewer', 'sara')
  dispatchEvent(new StorageEvent('storage', { key: 'chaikhana.viewer', newValue: 'sara' }))
  expect(isStillHere()).toBe(false)
  expect(reload).toHaveBeenCalledTimes(1)

  rerender({ viewer: 'sara' })
  expect(reload).toHaveBeenCalledTimes(2)
})

test('a page whose viewer has left on another one forgets what it alone has of them, and begins anew', () => {
  const reload = vi.spyOn(location, 'reload').mockImplementation(() => {})
  renderHook(() => useOneViewer('nika'))
  for (const viewer of ['nika', 'sara']) keepWaiting(viewer, '7', ['with a file'])
  reload.mockClear()

  localStorage.removeItem('chaikhana.viewer')
  dispatchEvent(new StorageEvent('storage', { key: 'chaikhana.viewer', newValue: null }))
  expect(Object.keys({ ...sessionStorage })).toEqual(['chaikhana.waiting.sara.7'])
  expect(isStillHere()).toBe(false)
  expect(reload).toHaveBeenCalledOnce()
})
