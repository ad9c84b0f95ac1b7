// @vitest-environment happy-dom
import { renderHook } from '@testing-library/react'
import { expect, test, vi } from 'vitest'

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
