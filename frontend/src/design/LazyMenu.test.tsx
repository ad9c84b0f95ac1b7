// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { lazy } from 'react'
import { afterEach, expect, it, vi } from 'vitest'

import { LazyMenu, type MenuButton } from './LazyMenu'

afterEach(cleanup)

it('loads a menu when it is asked for, and shows its button meanwhile', async () => {
  let arrive = () => {}
  const load = vi.fn(
    () =>
      new Promise<{ default: (props: { button: MenuButton }) => MenuButton }>((resolve) => {
        arrive = () => resolve({ default: ({ button }) => button })
      }),
  )
  const Items = lazy(load)
  render(
    <LazyMenu button={<button type="button">More</button>}>{(button) => <Items button={button} />}</LazyMenu>,
  )
  const button = screen.getByRole('button', { expanded: false })
  expect(button.getAttribute('aria-haspopup')).toBe('menu')
  expect(load).not.toHaveBeenCalled()

  await userEvent.click(button)
  expect(load).toHaveBeenCalledOnce()
  expect(screen.getByRole('button').textContent).toBe('More')

  arrive()
  await vi.waitFor(() => expect(screen.getByRole('button').hasAttribute('aria-haspopup')).toBe(false))
})
