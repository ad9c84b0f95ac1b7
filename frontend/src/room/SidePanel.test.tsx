// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, expect, it, vi } from 'vitest'

import { SidePanel } from './SidePanel'

afterEach(cleanup)

it('is closed by Escape from wherever one is in it, but for a search box that has words', async () => {
  const onClose = vi.fn()
  render(
    <MantineProvider env="test">
      <SidePanel title="Search" onClose={onClose}>
        <input type="search" />
      </SidePanel>
    </MantineProvider>,
  )
  await userEvent.type(screen.getByRole('searchbox'), 'tea{Escape}')
  expect(onClose).not.toHaveBeenCalled()
  await userEvent.clear(screen.getByRole('searchbox'))
  await userEvent.keyboard('{Escape}')
  expect(onClose).toHaveBeenCalledTimes(1)
  await userEvent.tab({ shift: true })
  await userEvent.keyboard('{Escape}')
  expect(onClose).toHaveBeenCalledTimes(2)
})
