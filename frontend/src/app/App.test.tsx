// @vitest-environment happy-dom
import { act, cleanup, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { afterEach, beforeAll, expect, it, vi } from 'vitest'

import { begin } from '../i18n/begin'
import { speak } from '../i18n/language'
import { App } from './App'

const body = JSON.stringify({ data: { viewer: null } })

beforeAll(async () => {
  vi.stubGlobal('fetch', async () => new Response(body, { headers: { 'content-type': 'application/json' } }))
  await import('../account/LogIn')
  await begin()
})
afterEach(cleanup)

it('turns into a language of the other direction around what is typed', async () => {
  await act(async () => render(<App />))
  const field = await screen.findByLabelText('Username')
  await userEvent.type(field, 'nino')

  await act(() => speak('fa'))
  expect(document.documentElement.dir).toBe('rtl')
  expect(screen.getByRole('heading', { level: 1 }).textContent).toMatch(/[آ-ی]/)
  expect(field.isConnected).toBe(true)
  expect(field).toHaveProperty('value', 'nino')
})
