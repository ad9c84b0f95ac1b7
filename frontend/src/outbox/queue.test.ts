import fc from 'fast-check'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import type { Problem } from '../api/act'
import { ANSWER_MS } from '../api/fetchInTime'
import { type Arrived, hasArrived, type Pending } from './pending'
import { LINGER_MS, Outbox, PENDING_MAX, TAKE_OVER_MS } from './queue'

const ME = 'me'
const PREFIX = `chaikhana.outbox.${ME}.`

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-03-02T14:05:00Z') })
})

afterEach(() => {
  vi.useRealTimers()
})

test('what is written is shown at once, sent, and leaves when the log shows it', async () => {
  const { outbox, server, page } = opened()
  outbox.send(draft('salam'))
  expect(said(outbox)).toEqual(['salam sending'])
  await settle()
  expect(server.log('tea')).toEqual(['salam'])
  expect(page.items.size).toBe(0)
  // Acknowledged, but no room has shown it yet: it must not vanish meanwhile.
  expect(said(outbox)).toEqual(['salam sending'])
  outbox.arrived('tea', server.last('tea'))
  expect(outbox.pending.get()).toEqual([])
})

test('a room is sent to in order, one after the other, while other rooms do not wait', async () => {
  const { outbox, server } = opened()
  server.next('hang')
  for (const body of ['one', 'two']) outbox.send(draft(body))
  outbox.send(draft('else', 'coffee'))
  await settle()
  expect(server.log('tea')).toEqual([])
  expect(server.log('coffee')).toEqual(['else'])
  expect(said(outbox)).toEqual(['one sending', 'two waiting', 'else sending'])
  await vi.advanceTimersByTimeAsync(2 * ANSWER_MS)
  expect(server.log('tea')).toEqual(['one', 'two'])
})

test('offline, three are written; online, they are sent once, in order, at once', async () => {
  const { outbox, server, page } = opened()
  server.isDown = true
  for (const body of ['one', 'two', 'three']) outbox.send(draft(body))
  await vi.advanceTimersByTimeAsync(120_000)
  expect(said(outbox)).toEqual(['one waiting', 'two waiting', 'three waiting'])
  expect(page.items.size).toBe(3)
  server.isDown = false
  outbox.wake()
  await settle()
  expect(server.log('tea')).toEqual(['one', 'two', 'three'])
})

test('a message that arrives before its answer is not seen twice', async () => {
  const { outbox, server } = opened()
  server.next('lost after')
  outbox.send(draft('salam'))
  await settle()
  const message = server.last('tea')
  expect(shown(outbox, message.id)).toEqual(['salam'])
  outbox.arrived('tea', message)
  expect(shown(outbox, message.id)).toEqual([])
  await vi.advanceTimersByTimeAsync(5_000)
  expect(outbox.pending.get()).toEqual([])
  expect(server.log('tea')).toEqual(['salam'])
})

test('two equal messages are two: one that arrives hides one', async () => {
  const { outbox, server } = opened()
  server.next('lost after')
  outbox.send(draft('ok'))
  outbox.send(draft('ok'))
  await settle()
  outbox.arrived('tea', server.last('tea'))
  expect(shown(outbox, 'm1')).toEqual(['ok'])
})

test('what others say, or what is said elsewhere, hides nothing', async () => {
  const { outbox, server } = opened()
  server.next('lost after')
  outbox.send(draft('ok'))
  await settle()
  const message = server.last('tea')
  outbox.arrived('tea', { ...message, author: { id: 'she' } })
  outbox.arrived('coffee', message)
  outbox.arrived('tea', { ...message, replyTo: { id: 'm0' } })
  expect(outbox.pending.get()[0]?.message).toBeUndefined()
})

test('what no open room receives does not stay for ever', async () => {
  const { outbox } = opened()
  outbox.send(draft('salam'))
  await vi.advanceTimersByTimeAsync(LINGER_MS)
  expect(outbox.pending.get()).toEqual([])
})

test('too often is waited for as long as the server says', async () => {
  const { outbox, server } = opened()
  server.next({ code: 'RATE_LIMITED', detail: 'Too often.', retryAfterMs: 700 })
  outbox.send(draft('salam'))
  await vi.advanceTimersByTimeAsync(699)
  expect(said(outbox)).toEqual(['salam waiting'])
  await vi.advanceTimersByTimeAsync(1)
  expect(server.log('tea')).toEqual(['salam'])
})

test('what is refused says why, lets the next go on, and can be tried again with its key or discarded', async () => {
  const { outbox, server, page } = opened()
  server.next({ code: 'FORBIDDEN', detail: 'You are muted.' })
  server.next({ code: 'FORBIDDEN', detail: 'You are muted.' })
  for (const body of ['one', 'two', 'three']) outbox.send(draft(body))
  const keys = outbox.pending.get().map(({ key }) => key)
  await settle()
  expect(said(outbox).slice(0, 2)).toEqual(['one refused', 'two refused'])
  expect(outbox.pending.get()[0]?.detail).toBe('You are muted.')
  expect(server.log('tea')).toEqual(['three'])

  outbox.discard(keys[0]!)
  outbox.retry(keys[1]!)
  await settle()
  expect(server.log('tea')).toEqual(['three', 'two'])
  expect(server.keys).toEqual([keys[2], keys[1]])
  expect(page.items.size).toBe(0)
})

test('a refusal is still there after a reload, and is not tried again by itself', async () => {
  const { outbox, server, page } = opened()
  server.next({ code: 'FORBIDDEN', detail: 'You are muted.' })
  outbox.send(draft('one'))
  await settle()
  outbox.close()
  const again = page.open()
  await settle()
  expect(said(again)).toEqual(['one refused'])
  expect(server.log('tea')).toEqual([])
})

test('what is on its way cannot be taken back', () => {
  const { outbox } = opened()
  outbox.send(draft('salam'))
  outbox.discard(outbox.pending.get()[0]!.key)
  expect(said(outbox)).toEqual(['salam sending'])
})

test('somebody else on this browser sees and sends nothing of it', async () => {
  const { outbox, server } = opened()
  server.isDown = true
  outbox.send(draft('mine'))
  await settle()
  server.isDown = false
  outbox.open('she')
  expect([outbox.isOpenFor('she'), outbox.isOpenFor(ME)]).toEqual([true, false])
  await vi.advanceTimersByTimeAsync(60_000)
  expect(outbox.pending.get()).toEqual([])
  expect(server.log('tea')).toEqual([])
  outbox.open(ME)
  await settle()
  expect(server.log('tea')).toEqual(['mine'])
})

test('who is logged out while it waits has it sent after the next log in', async () => {
  const { outbox, server } = opened()
  server.next({ code: 'UNAUTHENTICATED', detail: 'Log in first.' })
  outbox.send(draft('salam'))
  await settle()
  expect(said(outbox)).toEqual(['salam waiting'])
  outbox.open(ME)
  await settle()
  expect(server.log('tea')).toEqual(['salam'])
})

test('no more is taken than can be kept', () => {
  const { outbox, server } = opened()
  server.isDown = true
  for (let index = 0; index < PENDING_MAX; index++) expect(outbox.send(draft(`${index}`))).toBe(true)
  expect(outbox.send(draft('too much'))).toBe(false)
  expect(outbox.pending.get()).toHaveLength(PENDING_MAX)
})

test('nothing is taken while nobody is here', () => {
  const { outbox, page } = opened()
  outbox.close()
  expect(outbox.send(draft('whose?'))).toBe(false)
  expect(page.items.size).toBe(0)
})

test('a full storage does not keep anything from being sent', async () => {
  const { outbox, server, page } = opened()
  page.isFull = true
  outbox.send(draft('salam'))
  await settle()
  expect(server.log('tea')).toEqual(['salam'])
})

test('what stands in the storage and is none of ours is left alone', () => {
  const { page } = opened()
  page.items.set(`${PREFIX}broken`, '{')
  page.items.set('chaikhana.language', 'fa')
  expect(page.open().pending.get()).toEqual([])
})

test('two pages of one person show the same, and what one of them loses the other sends', async () => {
  const { outbox: first, server, page } = opened()
  const second = page.open()
  server.isDown = true
  first.send(draft('from the first'))
  second.send(draft('from the second'))
  const both = ['from the first', 'from the second']
  expect(first.pending.get().map(({ body }) => body)).toEqual(both)
  expect(second.pending.get().map(({ body }) => body)).toEqual(both)

  page.end(first)
  server.isDown = false
  await vi.advanceTimersByTimeAsync(TAKE_OVER_MS + 60_000)
  expect(server.log('tea').toSorted()).toEqual(both)
  expect(page.items.size).toBe(0)
})

test('what one page has sent leaves the other', async () => {
  const { outbox: first, page } = opened()
  const second = page.open()
  first.send(draft('salam'))
  expect(said(second)).toEqual(['salam waiting'])
  await settle()
  expect(second.pending.get()).toEqual([])
})

const answers = fc.constantFrom<Answer>('ok', 'lost before', 'lost after', 'hang', 'hang after', {
  code: 'RATE_LIMITED',
  detail: 'Too often.',
  retryAfterMs: 300,
})
const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ send: fc.constantFrom('tea' as const, 'coffee' as const) }) },
    { weight: 3, arbitrary: fc.record({ wait: fc.integer({ min: 0, max: 20_000 }) }) },
    { weight: 1, arbitrary: fc.constant('reload' as const) },
    { weight: 1, arbitrary: fc.constant('wake' as const) },
  ),
  { maxLength: 25 },
)

test('whatever happens to the network and the page, each message is said once, in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(answers, { maxLength: 40 }), steps, async (luck, story) => {
      const { server, page, ...opening } = opened()
      let outbox = opening.outbox
      for (const answer of luck) server.next(answer)
      const written = { tea: [] as string[], coffee: [] as string[] }
      for (const [index, step] of story.entries()) {
        if (step === 'wake') outbox.wake()
        else if (step === 'reload') {
          page.end(outbox)
          outbox = page.open()
        } else if ('wait' in step) await vi.advanceTimersByTimeAsync(step.wait)
        else {
          written[step.send].push(`${index}`)
          outbox.send(draft(`${index}`, step.send))
        }
        // The log tells of messages at any time, before or after their answers.
        for (const room of ['tea', 'coffee'])
          for (const message of server.messages.get(room) ?? []) outbox.arrived(room, message)
      }
      await vi.advanceTimersByTimeAsync(3_600_000)
      expect(server.log('tea')).toEqual(written.tea)
      expect(server.log('coffee')).toEqual(written.coffee)
      expect(page.items.size).toBe(0)
      expect(outbox.pending.get()).toEqual([])
    }),
    { numRuns: 200 },
  )
})

type Answer = 'ok' | 'lost before' | 'lost after' | 'hang' | 'hang after' | Problem

/** It says a thing once for each key, and answers as it is told to; then always well. */
class Server {
  isDown = false
  readonly messages = new Map<string, Arrived[]>()
  readonly keys: string[] = []
  readonly #answers: Answer[] = []
  #count = 0

  next(answer: Answer) {
    this.#answers.push(answer)
  }

  log(room: string): string[] {
    return (this.messages.get(room) ?? []).map(({ body }) => body)
  }

  last(room: string): Arrived {
    return this.messages.get(room)!.at(-1)!
  }

  readonly post = async (entry: Pending) => {
    const unreachable = { problem: { code: 'UNREACHABLE', detail: '' } } as const
    if (this.isDown) return unreachable
    const answer = this.#answers.shift() ?? 'ok'
    if (answer instanceof Object) return { problem: answer }
    if (answer === 'lost before') return unreachable
    if (answer === 'hang') return new Promise<never>(() => {})
    const message = this.#say(entry)
    if (answer === 'hang after') return new Promise<never>(() => {})
    return answer === 'ok' ? { payload: { message } } : unreachable
  }

  readonly #said = new Map<string, Arrived>()

  #say(entry: Pending): Arrived {
    const known = this.#said.get(entry.key)
    if (known) return known
    const { body, replyTo, attachments, room } = entry
    const message = { id: `m${++this.#count}`, body, author: { id: ME }, replyTo, attachments }
    this.#said.set(entry.key, message)
    this.keys.push(entry.key)
    this.messages.set(room, [...(this.messages.get(room) ?? []), message])
    return message
  }
}

/** The storage that the pages of a browser share; each is told what the others do to it. */
class Pages {
  readonly items = new Map<string, string>()
  isFull = false
  readonly #open = new Set<Outbox>()
  readonly #server: Server

  constructor(server: Server) {
    this.#server = server
  }

  open(): Outbox {
    const tell = (place: string, value: string | null) => {
      for (const other of this.#open) if (other !== outbox) other.stored(place, value)
    }
    const { items } = this
    const outbox: Outbox = new Outbox(this.#server.post, {
      get length() {
        return items.size
      },
      // In no order that one could rely on.
      key: (index) => [...this.items.keys()].toReversed()[index] ?? null,
      getItem: (place) => this.items.get(place) ?? null,
      setItem: (place, value) => {
        if (this.isFull) throw new DOMException('Full', 'QuotaExceededError')
        this.items.set(place, value)
        tell(place, value)
      },
      removeItem: (place) => {
        if (this.items.delete(place)) tell(place, null)
      },
    })
    this.#open.add(outbox)
    outbox.open(ME)
    return outbox
  }

  end(outbox: Outbox): void {
    this.#open.delete(outbox)
    outbox.close()
  }
}

function opened() {
  const server = new Server()
  const page = new Pages(server)
  return { server, page, outbox: page.open() }
}

function draft(body: string, room = 'tea') {
  return { room, body, replyTo: null, attachments: [] }
}

function said(outbox: Outbox): string[] {
  return outbox.pending.get().map(({ body, state }) => `${body} ${state}`)
}

/** What is still shown from here in a room whose log has this message. */
function shown(outbox: Outbox, id: string): string[] {
  const waiting = outbox.pending.get().filter((entry) => !hasArrived(entry, new Map([[id, 0]])))
  return waiting.map(({ body }) => body)
}

async function settle() {
  await vi.advanceTimersByTimeAsync(0)
}
