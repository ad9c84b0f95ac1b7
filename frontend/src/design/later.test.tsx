// @vitest-environment happy-dom
import { act, cleanup, render, screen } from '@testing-library/react'
import { type ComponentType, Suspense, startTransition } from 'react'
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'

import { begin } from '../i18n/begin'
import { later, laterScreen, loadPartsAhead } from './later'
import { notices } from './notices'

const Tea = ({ sort }: { sort: string }) => <p>{sort} tea</p>

beforeAll(begin)
beforeEach(() => vi.useFakeTimers())
afterEach(() => {
  cleanup()
  vi.restoreAllMocks()
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

it('is drawn where the screen that stands there waits for it', async () => {
  const complained = vi.spyOn(console, 'error')
  const Part = later(async () => Tea)
  const { rerender } = render(<p>Before</p>)
  await act(async () => startTransition(() => rerender(<Part sort="green" />)))
  expect(screen.getByText('green tea')).toBeDefined()
  expect(complained.mock.calls).toEqual([])
})

it('leaves what stands in the place of a part that cannot be loaded, says so once, and draws it when it can', async () => {
  const load = vi.fn(async () => Tea)
  for (let time = 0; time < 3; time++) load.mockRejectedValueOnce(new TypeError('Failed to fetch'))
  const told = vi.spyOn(notices, 'set')
  const Part = later(load)
  await act(async () => shown(Part))
  expect(screen.getByText('Coming')).toBeDefined()
  expect(notices.get()[0]?.text).toContain('could not be loaded')

  told.mockClear()
  await act(() => vi.advanceTimersByTimeAsync(10_000))
  dispatchEvent(new Event('online'))
  await act(() => vi.advanceTimersByTimeAsync(5_000))
  expect(load).toHaveBeenCalledTimes(3)
  expect(notices.get()).toEqual([])
  expect(told).toHaveBeenCalledOnce() // it went after its time

  await act(() => vi.advanceTimersByTimeAsync(5_000))
  expect(screen.getByText('green tea')).toBeDefined()
})

it('shows each who comes soon that a screen could not be loaded, and tries again for whoever comes later', async () => {
  const load = vi.fn(async () => Tea).mockRejectedValueOnce(new TypeError('Failed to fetch'))
  const Screen = laterScreen(load)
  vi.spyOn(console, 'error').mockReturnValue()
  for (let time = 0; time < 2; time++) {
    await expect(act(async () => shown(Screen))).rejects.toThrow('Failed to fetch')
    cleanup()
    await act(() => vi.advanceTimersByTimeAsync(4_000))
  }
  expect(load).toHaveBeenCalledOnce()
  dispatchEvent(new Event('online'))
  await act(async () => shown(Screen))
  expect(screen.getByText('green tea')).toBeDefined()
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

it('loads what it could not have ahead when the browser is online again, and tries nothing before that', async () => {
  loadPartsAhead()
  const load = vi.fn(async () => Tea).mockRejectedValueOnce(new TypeError('Failed to fetch'))
  const Part = later(load)
  await act(() => vi.advanceTimersByTimeAsync(60_000))
  expect(load).toHaveBeenCalledOnce()
  const isOnline = vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false)
  later(async () => Tea)
  await act(() => vi.advanceTimersByTimeAsync(60_000))
  expect(load).toHaveBeenCalledOnce()

  isOnline.mockReturnValue(true)
  dispatchEvent(new Event('online'))
  await act(() => vi.advanceTimersByTimeAsync(60_000))
  expect(shown(Part).container.textContent).toBe('green tea')
})
