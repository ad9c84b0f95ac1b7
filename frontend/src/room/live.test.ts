import type { Client as Socket } from 'graphql-ws'
import { describe, expect, it, vi } from 'vitest'

import { type Following, type Frame, follow } from './live'

type Sink = Parameters<Socket['subscribe']>[1]
type Payload = { readonly variables: Record<string, unknown> }

/** A socket that says what it is told to, and remembers what it was asked. */
function fakeSocket() {
  const stop = vi.fn()
  let asked: Payload | undefined
  let sink: Sink | undefined
  const socket = {
    subscribe(payload: Payload, to: Sink) {
      asked = payload
      sink = to
      return stop
    },
  } as unknown as Socket
  return {
    socket,
    stop,
    /** What a connection sends when it is made, or made again. */
    sent: () => JSON.parse(JSON.stringify(asked?.variables)) as unknown,
    tells: (data: unknown) => sink?.next({ data } as never),
    fails: (errors: unknown) => sink?.next({ data: null, errors } as never),
    breaks: (cause: unknown) => sink?.error(cause),
  }
}

const frame = (cursor: string): Frame => ({ cursor, event: { __typename: 'CaughtUp', at: '' } })

function following(overrides: Partial<Following> = {}) {
  return { cursor: () => '0', onFrame: vi.fn(), onBroken: vi.fn(), ...overrides }
}

describe('following a room', () => {
  it('goes on, after every cut, from the last position that it was told', () => {
    const { socket, sent, tells } = fakeSocket()
    let cursor = 'snapshot'
    const onFrame = (told: Frame) => {
      cursor = told.cursor
    }
    follow(socket, '', 'room', following({ cursor: () => cursor, onFrame }))
    expect(sent()).toEqual({ room: 'room', after: 'snapshot' })
    tells({ roomEvents: frame('one') })
    tells({ roomEvents: frame('two') })
    expect(sent()).toEqual({ room: 'room', after: 'two' })
  })

  it('ends when it is told to, and hears nothing any more', () => {
    const { socket, stop, tells, breaks } = fakeSocket()
    const { onFrame, onBroken } = following()
    const end = follow(socket, '', 'room', following({ onFrame, onBroken }))
    end()
    tells({ roomEvents: frame('late') })
    breaks([{ message: 'late' }])
    expect(stop).toHaveBeenCalled()
    expect(onFrame).not.toHaveBeenCalled()
    expect(onBroken).not.toHaveBeenCalled()
  })

  it('gives up when the server refuses, and says why', () => {
    const { socket, breaks } = fakeSocket()
    const told = following()
    follow(socket, '', 'room', told)
    breaks([{ message: 'You are no member.' }])
    expect(told.onBroken).toHaveBeenCalledExactlyOnceWith([{ message: 'You are no member.' }])
  })

  it('gives up when the connection will not come back', () => {
    const { socket, breaks } = fakeSocket()
    const told = following()
    follow(socket, '', 'room', told)
    breaks(new Error('closed for good'))
    expect(told.onBroken).toHaveBeenCalledExactlyOnceWith([])
  })

  it('does not go on over a frame that could not be read', () => {
    const { socket, stop, fails, tells } = fakeSocket()
    const told = following()
    follow(socket, '', 'room', told)
    fails([{ message: 'our fault' }])
    tells({ roomEvents: frame('after it') })
    expect(told.onBroken).toHaveBeenCalledOnce()
    expect(told.onFrame).not.toHaveBeenCalled()
    expect(stop).toHaveBeenCalled()
  })
})
