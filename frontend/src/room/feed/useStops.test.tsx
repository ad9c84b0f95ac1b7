// @vitest-environment happy-dom
import { act, cleanup, render } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import { useRef } from 'react'
import { afterEach, describe, expect, it } from 'vitest'

import type { Row } from './rows'
import { useStops } from './useStops'

const row = (key: string) => ({ kind: key.split(' ')[0], key }) as Row

function Lines({ keys }: { keys: readonly string[] }) {
  const section = useRef<HTMLElement>(null)
  const { stop, events } = useStops(keys.map(row), section, useRef(null))
  return (
    <section ref={section} {...events}>
      {keys.map((key) =>
        key.startsWith('day') ? (
          <p key={key}>{key}</p>
        ) : (
          <article key={key} data-row={key} tabIndex={key === stop ? 0 : -1}>
            {key === stop && <button type="button">{`button of ${key}`}</button>}
          </article>
        ),
      )}
    </section>
  )
}

const focused = () => (document.activeElement as HTMLElement).dataset.row
const drawn = () => act(() => new Promise((resolve) => requestAnimationFrame(resolve)))
const keys = ['day 1', 'message 1', 'whisper 1', 'day 2', 'message 2', 'pending 1', 'pending 2']

afterEach(cleanup)

describe('the lines of the feed', () => {
  it('are reached by Tab at the last one, and each by arrows: messages, whispers, what is on its way', async () => {
    render(<Lines keys={keys} />)
    await userEvent.tab()
    const passed = [focused()]
    for (let times = 0; times < 5; times++) {
      await userEvent.keyboard('{ArrowUp}')
      passed.push(focused())
    }
    expect(passed).toEqual(['pending 2', 'pending 1', 'message 2', 'whisper 1', 'message 1', 'message 1'])
    await userEvent.keyboard('{End}')
    expect(focused()).toBe('pending 2')
    await userEvent.keyboard('{Home}{ArrowDown}')
    expect(focused()).toBe('whisper 1')
  })

  it('are come back to where one was', async () => {
    render(<Lines keys={keys} />)
    await userEvent.tab()
    await userEvent.keyboard('{ArrowUp}{ArrowUp}')
    await userEvent.tab()
    expect(document.activeElement?.textContent).toBe('button of message 2')
    await userEvent.tab({ shift: true })
    expect(focused()).toBe('message 2')
  })

  it('keep the focus that a line took with it when it went: it comes to the one in its place', async () => {
    const { rerender } = render(<Lines keys={keys} />)
    await userEvent.tab()
    await userEvent.keyboard('{ArrowUp}')
    rerender(<Lines keys={keys.filter((key) => key !== 'pending 1')} />)
    await drawn()
    expect(focused()).toBe('pending 2')
    rerender(<Lines keys={[...keys.slice(0, 5), 'message 3']} />)
    await drawn()
    expect(focused()).toBe('message 3')
  })

  it('take no focus from elsewhere when one of them goes', async () => {
    const { rerender } = render(<Lines keys={keys} />)
    await userEvent.tab()
    act(() => (document.activeElement as HTMLElement).blur())
    rerender(<Lines keys={keys.slice(0, 5)} />)
    await drawn()
    expect(document.activeElement).toBe(document.body)
  })
})
