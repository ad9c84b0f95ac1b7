// @vitest-environment happy-dom
import { act, renderHook } from '@testing-library/react'
import { expect, it } from 'vitest'

import { useSteady } from './useSteady'

const items = (...ids: string[]) => ids.map((id) => ({ id }))

it('keeps its order while it is pointed at, and takes the new one afterwards', () => {
  const { result, rerender } = renderHook(({ list }) => useSteady(list), {
    initialProps: { list: items('a', 'b', 'c') },
  })
  const shown = () => result.current[0].map(({ id }) => id)
  act(() => result.current[1].onPointerEnter())
  rerender({ list: items('c', 'a', 'b', 'new') })
  expect(shown()).toEqual(['a', 'b', 'c', 'new'])
  rerender({ list: items('c', 'b') })
  expect(shown()).toEqual(['b', 'c'])
  act(() => result.current[1].onFocus())
  act(() => result.current[1].onPointerLeave())
  expect(shown()).toEqual(['b', 'c'])
  act(() => result.current[1].onBlur())
  expect(shown()).toEqual(['c', 'b'])
})
