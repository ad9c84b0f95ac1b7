// @vitest-environment happy-dom
import { expect, type Mock, test, vi } from 'vitest'

import { act } from '../api/act'
import { fetchInTime } from '../api/fetchInTime'
import { heard, sendWhisper, WHISPERS_MAX, type Whisper, whispers, withWhisper } from './whispers'

vi.mock('../api/act')

const answer = act as unknown as Mock<() => Promise<unknown>>
const ids = (list: readonly Whisper[]) => list.map(({ id }) => id)

test('each is shown once, however often and by whichever way it comes', async () => {
  answer.mockResolvedValue({ payload: { whisper: whisper('1') } })
  const input = { room: 'r', recipient: 'p', body: 'sugar?', key: 'k' }
  expect(await sendWhisper(input)).toBeUndefined()
  heard(whisper('1'))
  await sendWhisper(input)
  expect(ids(whispers.get())).toEqual(['1'])
})

test('nobody waits for ever for it to be handed over', async () => {
  answer.mockResolvedValue({ payload: { whisper: whisper('0') } })
  await sendWhisper({ room: 'r', recipient: 'p', body: 'sugar?', key: 'k0' })
  expect(act).toHaveBeenLastCalledWith(expect.anything(), expect.anything(), { fetch: fetchInTime })
})

test('one that was not handed over is not shown', async () => {
  const problem = { code: 'RECIPIENT_OFFLINE', detail: 'Nobody is there.' } as const
  answer.mockResolvedValue({ problem })
  const before = whispers.get()
  expect(await sendWhisper({ room: 'r', recipient: 'p', body: 'sugar?', key: 'k2' })).toEqual(problem)
  expect(whispers.get()).toBe(before)
})

test('they stand in the order in which they were said, whatever the order in which they come', () => {
  const list = ['3', '1', '2'].reduce<readonly Whisper[]>((known, id) => withWhisper(known, whisper(id)), [])
  expect(ids(list)).toEqual(['1', '2', '3'])
})

test('of too many the oldest go', () => {
  let list: readonly Whisper[] = []
  for (let index = 0; index <= WHISPERS_MAX; index++) list = withWhisper(list, whisper(`${1000 + index}`))
  expect(list).toHaveLength(WHISPERS_MAX)
  expect(list[0]?.id).toBe('1001')
})

function whisper(id: string): Whisper {
  const person = { id: 'p', username: 'nino', displayName: 'Nino', deletedAt: null, avatarUrl: null }
  const room = { id: 'r', address: 'tea', title: 'Tea' }
  return { id, body: 'sugar?', sentAt: id.padStart(9, '0'), sender: person, recipient: person, room }
}
