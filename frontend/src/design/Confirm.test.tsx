// @vitest-environment happy-dom
import { MantineProvider, Menu } from '@mantine/core'
import { cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import i18next from 'i18next'
import { useState } from 'react'
import { initReactI18next } from 'react-i18next'
import { afterEach, beforeAll, expect, it } from 'vitest'

import { Confirm } from './Confirm'
import design from './texts/en.json'

beforeAll(async () => {
  await i18next.use(initReactI18next).init({ lng: 'en', resources: { en: { design } } })
})
afterEach(cleanup)

function Page() {
  const [isAsking, setAsking] = useState(false)
  return (
    <MantineProvider env="test">
      <button type="button" onClick={() => setAsking(true)}>
        Delete
      </button>
      <Menu>
        <Menu.Target>
          <button type="button">More</button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setAsking(true)}>Leave</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {isAsking && (
        <Confirm
          title="Really?"
          about="It cannot be undone."
          action="Yes"
          isBusy={false}
          problem={undefined}
          onConfirm={() => {}}
          onClose={() => setAsking(false)}
        />
      )}
    </MantineProvider>
  )
}

it('gives the focus back to the button that opened it', async () => {
  render(<Page />)
  await userEvent.click(screen.getByRole('button', { name: 'Delete' }))
  await screen.findByRole('dialog')
  await userEvent.keyboard('{Escape}')
  expect(screen.queryByRole('dialog')).toBeNull()
  expect(document.activeElement?.textContent).toBe('Delete')
})

it('gives it back to the button of the menu that it was chosen from', async () => {
  render(<Page />)
  await userEvent.click(screen.getByRole('button', { name: 'More' }))
  const item = await screen.findByRole('menuitem')
  item.focus()
  await userEvent.keyboard('{Enter}')
  await screen.findByRole('dialog')
  await userEvent.keyboard('{Escape}')
  expect(screen.queryByRole('dialog')).toBeNull()
  expect(document.activeElement?.textContent).toBe('More')
})
