// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, it, vi } from 'vitest'

afterEach(() => {
  cleanup()
  vi.unstubAllEnvs()
})

it.each([
  ['Asia/Tehran', '2026-03-02T22:00:00Z', '2026-03-03'],
  ['America/New_York', '2026-01-01T03:00:00Z', '2025-12-31'],
])('is for machines the day that it is for people, also in %s', async (zone, at, day) => {
  vi.stubEnv('TZ', zone)
  // A page is in one place.
  vi.resetModules()
  const { DayRow } = await import('./DayRow')
  render(<DayRow at={new Date(at)} />)
  const time = screen.getByRole('time')
  expect(time.getAttribute('datetime')).toBe(day)
  expect(time.textContent).toContain(String(Number(day.slice(-2))))
})
