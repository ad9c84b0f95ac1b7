// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

import { act, fieldDetail } from './act'
import { doubts } from './doubt'
import { LogInDocument, UploadAttachmentDocument } from './generated'

const input = { username: 'nika', password: 'guess' }
const asked = vi.fn<(url: string, request: RequestInit) => Promise<Response>>()

beforeEach(() => {
  vi.stubGlobal('fetch', asked)
  // It tells developers of each field that another member of a union would have had.
  vi.spyOn(console, 'warn').mockReturnValue()
})

afterEach(() => {
  asked.mockReset()
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
})

test('what was made is the payload, whole', async () => {
  answer({ logIn: { __typename: 'LoggedIn', viewer: { __typename: 'Viewer', id: '1' } } })
  expect(await act(LogInDocument, { input })).toEqual({ payload: { viewer: { id: '1' } } })
})

test('what went wrong is a problem, with all that its kind has to say', async () => {
  const field = { __typename: 'FieldProblem', path: ['password'], code: 'MALFORMED', detail: 'Wrong.' }
  answer({ logIn: { __typename: 'InvalidProblem', code: 'INVALID', detail: 'Look again.', fields: [field] } })
  const { problem } = await act(LogInDocument, { input })
  expect(problem).toMatchObject({ code: 'INVALID', detail: 'Look again.' })
  expect(fieldDetail(problem, 'password')).toBe('Wrong.')
  expect(fieldDetail(problem, 'username')).toBeUndefined()

  answer({
    logIn: { __typename: 'RateLimitedProblem', code: 'RATE_LIMITED', detail: 'Wait.', retryAfterMs: 9 },
  })
  expect((await act(LogInDocument, { input })).problem).toMatchObject({
    code: 'RATE_LIMITED',
    retryAfterMs: 9,
  })
})

test('no answer is told from a refusal, so that one can try again', async () => {
  asked.mockRejectedValue(new TypeError('Failed to fetch'))
  expect((await act(LogInDocument, { input })).problem?.code).toBe('UNREACHABLE')
})

test('a fault of the server is told in its words', async () => {
  asked.mockResolvedValue(json({ errors: [{ message: 'Incident 7.', extensions: { code: 'INTERNAL' } }] }))
  expect((await act(LogInDocument, { input })).problem).toEqual({ code: 'BROKEN', detail: 'Incident 7.' })
})

test('who is refused as nobody is asked who they are', async () => {
  const before = doubts.get()
  const extensions = { code: 'UNAUTHENTICATED' }
  asked.mockResolvedValue(json({ errors: [{ message: 'Log in.', extensions }] }))
  const problem = { code: 'UNAUTHENTICATED', detail: 'Log in.' }
  expect((await act(LogInDocument, { input })).problem).toEqual(problem)
  expect(doubts.get()).toBe(before + 1)
})

test('a server with too much to do says for how long', async () => {
  const extensions = { code: 'RATE_LIMITED', retryAfterMs: 500 }
  asked.mockResolvedValue(json({ errors: [{ message: 'Too much to do.', extensions }] }, 503))
  const problem = { code: 'RATE_LIMITED', detail: 'Too much to do.', retryAfterMs: 500 }
  expect((await act(LogInDocument, { input })).problem).toEqual(problem)
})

test('a file travels as a form, with the token that the cookie needs', async () => {
  document.cookie = 'csrftoken=abc'
  const attachment = { __typename: 'Attachment', id: '7', name: 'menu.txt', url: '/a/menu.txt' }
  const about = { mediaType: 'text/plain', bytes: 3, width: null, height: null }
  answer({
    uploadAttachment: { __typename: 'AttachmentUploaded', attachment: { ...attachment, ...about } },
  })
  const file = new File(['tea'], 'menu.txt')

  const { payload } = await act(UploadAttachmentDocument, { input: { room: '1', file } })

  expect(payload?.attachment.name).toBe('menu.txt')
  const { body, headers } = asked.mock.lastCall![1] as { body: FormData; headers: Record<string, string> }
  expect(headers['x-csrftoken']).toBe('abc')
  // The browser writes it, with the boundary.
  expect(headers['content-type']).toBeUndefined()
  expect([...body.keys()]).toEqual(['operations', 'map', '0'])
  expect(JSON.parse(String(body.get('operations'))).variables).toEqual({ input: { room: '1', file: null } })
  expect(JSON.parse(String(body.get('map')))).toEqual({ 0: ['variables.input.file'] })
  expect(await (body.get('0') as File).text()).toBe('tea')
})

function answer(data: object) {
  asked.mockResolvedValue(json({ data }))
}

function json(body: object, status = 200): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })
}
