// @vitest-environment happy-dom
import { act, cleanup, renderHook } from '@testing-library/react'
import { afterEach, expect, it } from 'vitest'

import { usePanel } from './usePanel'

afterEach(() => {
  cleanup()
  document.body.replaceChildren()
})

function box() {
  const made = document.createElement('input')
  document.body.append(made)
  made.focus()
  return made
}

it('gives the focus back to where one opened it, also by way of another panel', () => {
  const composer = box()
  const { result } = renderHook(usePanel)
  act(() => result.current.setPanel('people'))
  const inPeople = box()
  act(() => result.current.setPanel('search'))
  expect(result.current.panel).toBe('search')
  inPeople.remove()
  box()
  act(() => result.current.setPanel(null))
  expect(result.current.panel).toBe(null)
  expect(document.activeElement).toBe(composer)
})

it('is opened the next time from where one is then', () => {
  box()
  const { result } = renderHook(usePanel)
  act(() => result.current.setPanel('people'))
  act(() => result.current.setPanel(null))
  const elsewhere = box()
  act(() => result.current.setPanel('search'))
  box()
  act(() => result.current.setPanel(null))
  expect(document.activeElement).toBe(elsewhere)
})
