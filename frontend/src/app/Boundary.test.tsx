// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, it, vi } from 'vitest'

import { begin } from '../i18n/begin'
import { Boundary } from './Boundary'

afterEach(cleanup)

function Screen({ isThere }: { isThere: boolean }) {
  if (!isThere) throw new TypeError('Failed to fetch dynamically imported module')
  return <p>Tea</p>
}

const page = (at: string, isThere: boolean) => (
  <MantineProvider env="test">
    <Boundary at={at}>
      <Screen isThere={isThere} />
    </Boundary>
  </MantineProvider>
)

it('says that a screen could not be shown, offers to load the page anew, and shows the next one', async () => {
  await begin()
  vi.spyOn(console, 'error').mockReturnValue()
  const reload = vi.spyOn(location, 'reload').mockImplementation(() => {})

  const { rerender } = render(page('/profile', false))
  expect(screen.getByRole('alert').textContent).toContain('could not be shown')
  screen.getByRole('button', { name: 'Load the page anew' }).click()
  expect(reload).toHaveBeenCalledOnce()

  rerender(page('/', true))
  expect(screen.getByText('Tea')).toBeDefined()
})
