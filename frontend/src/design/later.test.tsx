// @vitest-environment happy-dom
import { act, cleanup, render, screen } from '@testing-library/react'
import { type ComponentType, Suspense } from 'react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { later, loadPartsAhead } from './later'

const Tea = ({ sort }: { sort: string }) => <p>{sort} tea</p>

beforeEach(() => vi.useFakeTimers())
afterEach(() => {
  cleanup()
  vi.useRealTimers()
})

function shown(Part: ComponentType<{ sort: string }>) {
  return render(
    <Suspense fallback="Coming">
      <Part sort="green" />
    </Suspense>,
  )
}

it('loads a part when it is first drawn, once', async () => {
  const load = vi.fn(async () => Tea)
  const Part = later(load)
  await act(() => vi.advanceTimersByTimeAsync(60_000))
  expect(load).not.toHaveBeenCalled()

  await act(async () => shown(Part))
  expect(screen.getByText('green tea')).toBeDefined()
  shown(Part)
  expect(load).toHaveBeenCalledOnce()
})

it('loads all parts once the page is quiet, and draws them without a pause then', async () => {
  loadPartsAhead()
  const load = vi.fn(async () => Tea)
  const Part = later(load)
  later(async () => {
    throw new Error('Away')
  })
  await act(() => vi.advanceTimersByTimeAsync(60_000))
  expect(load).toHaveBeenCalledOnce()
  expect(shown(Part).container.textContent).toBe('green tea')
})

it('tries again when it could not be loaded', async () => {
  const load = vi.fn(async () => Tea).mockRejectedValueOnce(new TypeError('Failed to fetch'))
  const Part = later(load)
  vi.spyOn(console, 'error').mockReturnValue()
  await expect(act(async () => shown(Part))).rejects.toThrow('Failed to fetch')
  cleanup()
  await act(() => vi.advanceTimersByTimeAsync(1))
  await act(async () => shown(Part))
  expect(screen.getByText('green tea')).toBeDefined()
})
