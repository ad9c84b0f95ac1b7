// @vitest-environment happy-dom
import { renderHook } from '@testing-library/react'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import type { Problem } from '../../api/act'

const { act, outlasting } = vi.hoisted(() => ({
  outlasting: {},
  act: vi.fn(
    async (
      _document: unknown,
      _variables: unknown,
      _context: unknown,
    ): Promise<{ problem?: Problem }> => ({}),
  ),
}))
vi.mock('../../api/act', () => ({ act }))
vi.mock('../../api/client', () => ({ outlasting }))

const { useMarkRead } = await import('./useMarkRead')

const marked = () => act.mock.calls.map(([, variables]) => (variables as Marked).input.message)
type Marked = { readonly input: { readonly message: string } }

function reading(seen: string | null, known: string | null = null) {
  return renderHook((message: string | null) => useMarkRead(message, known), { initialProps: seen })
}

beforeEach(() => {
  vi.useFakeTimers()
  act.mockClear()
})
afterEach(() => vi.useRealTimers())

describe('what is read', () => {
  it('is told soon, and once', async () => {
    const { rerender } = reading('a')
    await vi.advanceTimersByTimeAsync(500)
    rerender('a')
    await vi.advanceTimersByTimeAsync(10_000)
    expect(marked()).toEqual(['a'])
  })

  it('is not told when the server knows it, or nothing is in sight', async () => {
    const { rerender } = reading('a', 'a')
    rerender(null)
    await vi.advanceTimersByTimeAsync(10_000)
    expect(act).not.toHaveBeenCalled()
  })

  it('is told now and then while message comes upon message, and at the end the last', async () => {
    const { rerender } = reading('0')
    for (let message = 1; message <= 500; message++) {
      await vi.advanceTimersByTimeAsync(20)
      rerender(String(message))
    }
    await vi.advanceTimersByTimeAsync(10_000)
    expect(marked().length).toBeGreaterThan(3)
    expect(marked().length).toBeLessThan(8)
    expect(marked().at(-1)).toBe('500')
  })

  it('is told again when it could not be told', async () => {
    act.mockResolvedValueOnce({ problem: { code: 'UNREACHABLE', detail: '' } })
    const { rerender } = reading('a')
    await vi.advanceTimersByTimeAsync(500)
    rerender(null)
    rerender('a')
    await vi.advanceTimersByTimeAsync(10_000)
    expect(marked()).toEqual(['a', 'a'])
  })

  it('is told at once by who goes to another room', async () => {
    reading('a').unmount()
    expect(marked()).toEqual(['a'])
    await vi.advanceTimersByTimeAsync(10_000)
    expect(marked()).toEqual(['a'])
  })

  it.each([
    ['closes the page', () => dispatchEvent(new Event('pagehide'))],
    ['looks at another', () => document.dispatchEvent(new Event('visibilitychange'))],
  ])('is told at once by who %s', (_, go) => {
    reading('a')
    go()
    expect(marked()).toEqual(['a'])
    expect(act.mock.lastCall?.[2]).toBe(outlasting)
  })

  it('is told although one looks elsewhere a moment later', async () => {
    const { rerender } = reading('a')
    rerender(null)
    await vi.advanceTimersByTimeAsync(500)
    expect(marked()).toEqual(['a'])
  })

  it('is told by who goes only if the server does not know it', async () => {
    const { unmount } = reading('a')
    await vi.advanceTimersByTimeAsync(500)
    unmount()
    reading('b', 'b').unmount()
    expect(marked()).toEqual(['a'])
  })
})
