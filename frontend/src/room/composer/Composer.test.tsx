// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, fireEvent, render, screen, act as settle, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { afterEach, beforeAll, beforeEach, expect, type Mock, test, vi } from 'vitest'

import { act } from '../../api/act'
import { SetTypingDocument, UploadAttachmentDocument } from '../../api/generated'
import design from '../../design/texts/en.json'
import { send } from '../../outbox/outbox'
import { ViewerContext } from '../../session/viewer'
import { sendWhisper } from '../../whispers/whispers'
import { Layers } from '../feed/Layers'
import type { FeedState, Message } from '../feed/state'
import type { RoomFeed } from '../RoomFeed'
import english from '../texts/en.json'
import { charactersLeft } from './body'
import { Composer } from './Composer'

vi.mock('../../api/act', async (original) => ({ ...(await original<object>()), act: vi.fn() }))
vi.mock('../../outbox/outbox', async () => {
  const { createStore } = await import('../../api/store')
  return { pending: createStore([]), isOpenFor: () => true, send: vi.fn(() => true) }
})
vi.mock('../../whispers/whispers', () => ({ sendWhisper: vi.fn() }))
vi.mock('./body', { spy: true })
vi.mock('urql', async (original) => ({ ...(await original<object>()), useQuery: () => [{}] }))

const answer = act as unknown as Mock<(document: unknown, variables: unknown) => Promise<unknown>>
const me = person('me', 'nika')
const sara = person('2', 'sara')
const viewer = { id: 'v', email: null, locale: 'EN', lastLogInAt: null, user: me } as const
const heard = { onReply: vi.fn(), onReplyEnd: vi.fn(), onWhisperEnd: vi.fn(), onEditLast: vi.fn() }
const feed = { refresh: vi.fn() }
const user = userEvent.setup()

beforeAll(async () => {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    interpolation: { escapeValue: false },
    resources: { en: { room: english, design } },
  })
})

beforeEach(() => {
  localStorage.clear()
  answer.mockResolvedValue({ payload: {} })
})

afterEach(() => {
  cleanup()
  vi.clearAllMocks()
})

test('Enter sends what was written, Shift+Enter begins a line, and nothing is not sent', async () => {
  open()
  await user.type(box(), '{Enter}')
  await user.type(box(), 'salam{Shift>}{Enter}{/Shift}chai?{Enter}')
  expect(send).toHaveBeenCalledOnce()
  expect(send).toHaveBeenCalledWith({ room: 'tea', body: 'salam\nchai?', replyTo: null, attachments: [] })
  expect(box().value).toBe('')
})

test('Enter that ends a word of an input method sends nothing', async () => {
  open()
  await user.type(box(), 'ちゃ')
  fireEvent.keyDown(box(), { key: 'Enter', isComposing: true })
  fireEvent.keyDown(box(), { key: 'Enter', keyCode: 229 })
  expect(send).not.toHaveBeenCalled()
})

test('what was begun is there again after a reload, and gone when it was sent', async () => {
  open()
  await user.type(box(), 'half a thou')
  cleanup()
  open()
  expect(box().value).toBe('half a thou')
  await user.type(box(), 'ght{Enter}')
  cleanup()
  open()
  expect(box().value).toBe('')
})

test('the text is kept when too much waits to be sent already', async () => {
  vi.mocked(send).mockReturnValueOnce(false)
  open()
  await user.type(box(), 'salam{Enter}')
  expect(screen.getByRole('alert').textContent).toMatch(/waiting/)
  expect(box().value).toBe('salam')
})

test('an answer goes with what it answers, and Escape ends answering', async () => {
  const { again } = open({ replyTo: message('m1', 'who is here?') })
  expect(document.activeElement).toBe(box())
  await user.keyboard('{Escape}')
  expect(heard.onReplyEnd).toHaveBeenCalledOnce()
  again({ replyTo: message('m1', 'who is here?') })
  await user.type(box(), 'I am{Enter}')
  expect(send).toHaveBeenCalledWith(
    expect.objectContaining({ replyTo: expect.objectContaining({ id: 'm1', body: 'who is here?' }) }),
  )
  expect(heard.onReplyEnd).toHaveBeenCalledTimes(2)
})

test('ArrowUp in an empty box edits the last message, and in a text it is the caret’s', async () => {
  open()
  await user.type(box(), '{ArrowUp}')
  expect(heard.onEditLast).toHaveBeenCalledOnce()
  await user.type(box(), 'salam{ArrowUp}')
  expect(heard.onEditLast).toHaveBeenCalledOnce()
})

test('a whisper goes to one person, is told to no room, and is kept nowhere', async () => {
  open({ whisperTo: sara })
  vi.mocked(sendWhisper).mockResolvedValue(undefined)
  await user.type(box(), 'sugar?')
  expect(JSON.stringify({ ...localStorage })).not.toContain('sugar')
  await user.keyboard('{Enter}')
  expect(sendWhisper).toHaveBeenCalledWith({
    room: 'tea',
    recipient: '2',
    body: 'sugar?',
    key: expect.any(String),
  })
  expect(send).not.toHaveBeenCalled()
  expect(answer).not.toHaveBeenCalledWith(SetTypingDocument, expect.anything())
  expect(box().value).toBe('')
})

test('a whisper that was not sent is never left in the box for all', async () => {
  const { again } = open()
  await user.type(box(), 'for all')
  again({ whisperTo: sara })
  expect(box().value).toBe('')
  await user.type(box(), 'for you{Escape}')
  expect(heard.onWhisperEnd).toHaveBeenCalledOnce()
  again({ whisperTo: null })
  expect(box().value).toBe('for all')
  again({ whisperTo: sara })
  expect(box().value).toBe('for you')
  again({ whisperTo: person('3', 'nino') })
  expect(box().value).toBe('')
})

test('whoever turns away from a whisper that has no answer yet can write to all', async () => {
  vi.mocked(sendWhisper).mockReturnValue(new Promise(() => {}))
  const { again } = open({ whisperTo: sara })
  await user.type(box(), 'sugar?{Enter}')
  expect(box().readOnly).toBe(true)
  again({ whisperTo: null })
  await user.type(box(), 'salam{Enter}')
  expect(send).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ body: 'salam' }))
})

test('a whisper to nobody says so and is kept; the same words again have the same key', async () => {
  open({ whisperTo: sara })
  vi.mocked(sendWhisper).mockResolvedValue({ code: 'RECIPIENT_OFFLINE', detail: 'Sara is not here.' })
  await user.type(box(), 'sugar?{Enter}')
  expect((await screen.findByRole('alert')).textContent).toBe('Sara is not here.')
  expect(box().value).toBe('sugar?')
  await user.type(box(), '{Enter}')
  await user.type(box(), '!{Enter}')
  const keys = vi.mocked(sendWhisper).mock.calls.map(([{ key }]) => key)
  expect(keys[1]).toBe(keys[0])
  expect(keys[2]).not.toBe(keys[0])
})

test('a name is completed from those who are here, by the keyboard alone', async () => {
  open()
  await user.type(box(), 'look @s')
  const [option] = screen.getAllByRole('option')
  expect(option?.textContent).toContain('sara')
  expect(box().getAttribute('aria-activedescendant')).toBe(option?.id)
  await user.keyboard('{Enter}')
  expect(box().value).toBe('look @sara ')
  expect(send).not.toHaveBeenCalled()
  expect(screen.queryByRole('listbox')).toBeNull()
})

test('a name that is written to its end is sent by one Enter', async () => {
  open()
  await user.type(box(), 'look @sara{Enter}')
  expect(send).toHaveBeenCalledWith(expect.objectContaining({ body: 'look @sara' }))
})

test('Escape closes the list of names first', async () => {
  open({ replyTo: message('m1', 'who?') })
  await user.type(box(), '@s{Escape}')
  expect(screen.queryByRole('listbox')).toBeNull()
  expect(heard.onReplyEnd).not.toHaveBeenCalled()
})

test('typing is told at the first letter, and that it has stopped when all is deleted', async () => {
  open()
  await user.type(box(), 'ab')
  await user.clear(box())
  const told = answer.mock.calls.filter(([document]) => document === SetTypingDocument)
  expect(told.map(([, variables]) => variables)).toEqual([
    { input: { room: 'tea', typing: true } },
    { input: { room: 'tea', typing: false } },
  ])
})

test('too long a text is not sent, and says how much is too much', async () => {
  open()
  const status = screen.getByRole('status')
  expect(status.textContent).toBe('')
  for (const [length, much] of [
    [4_001, '1 character too many'],
    [4_002, '2 characters too many'],
  ] as const) {
    fireEvent.change(box(), { target: { value: 'a'.repeat(length) } })
    expect(screen.getByText(much)).toBeDefined()
    // It was there before, and its words do not change: they are said once.
    expect(status.isConnected).toBe(true)
    expect(status.textContent).toBe(english.composer.tooLong)
  }
  await user.type(box(), '{Enter}')
  expect(send).not.toHaveBeenCalled()
})

test('a message waits for its files as it was written, and leaves the box to the next', async () => {
  const upload = uploading()
  const { again } = open({ replyTo: message('m1', 'what is there?') })
  drop('menu.txt')
  await user.type(box(), 'the menu{Enter}')
  expect(heard.onReplyEnd).toHaveBeenCalledOnce()
  expect(send).not.toHaveBeenCalled()
  expect(box().value).toBe('')

  again({ replyTo: null })
  await user.type(box(), 'coming{Enter}')
  expect(send).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ body: 'coming', attachments: [] }))
  await user.type(box(), 'and not')
  await settle(async () => upload.end({ payload: { attachment: { id: 'a1', name: 'menu.txt' } } }))
  expect(send).toHaveBeenLastCalledWith({
    room: 'tea',
    body: 'the menu',
    replyTo: expect.objectContaining({ id: 'm1' }),
    attachments: [{ id: 'a1', name: 'menu.txt' }],
  })
  expect(box().value).toBe('and not')
  expect(screen.queryByRole('list', { name: english.composer.parcels })).toBeNull()
})

test('a message whose file did not get through is still there, and can be had back with all that it had', async () => {
  const upload = uploading()
  const answered = message('m1', 'what is there?')
  const { again } = open({ replyTo: answered })
  drop('menu.txt')
  await user.type(box(), 'the menu{Enter}')
  again({ replyTo: null })
  await user.type(box(), 'coming')
  await settle(async () => upload.end({ problem: { code: 'UNREACHABLE', detail: 'No answer.' } }))
  const parcels = screen.getByRole('list', { name: english.composer.parcels })
  expect(within(parcels).getByRole('alert').textContent).toBe('No answer.')

  await user.click(within(parcels).getByRole('button', { name: english.composer.takeBack }))
  expect(box().value).toBe('the menu\ncoming')
  expect(document.activeElement).toBe(box())
  expect(heard.onReply).toHaveBeenCalledExactlyOnceWith(answered)
  expect(parcels.isConnected).toBe(false)
  const files = within(screen.getByRole('list', { name: english.composer.files }))
  await user.click(files.getByRole('button', { name: /Try again/ }))
  await settle(async () => upload.end({ payload: { attachment: { id: 'a1', name: 'menu.txt' } } }))
  expect(send).not.toHaveBeenCalled()
  await user.type(box(), '{Enter}')
  expect(send).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ body: 'the menu\ncoming' }))
  expect(screen.queryByRole('list', { name: english.composer.files })).toBeNull()
})

test('whoever takes a file out can write on', async () => {
  const upload = uploading()
  open()
  drop('menu.txt')
  await user.click(screen.getByRole('button', { name: /menu.txt/ }))
  await settle(async () => upload.end({ problem: { code: 'UNREACHABLE', detail: 'No answer.' } }))
  expect(screen.queryByRole('list', { name: english.composer.files })).toBeNull()
  expect(document.activeElement).toBe(box())
})

test('whoever goes elsewhere while files are uploaded has sent them all the same', async () => {
  const upload = uploading()
  open()
  drop('menu.txt')
  await user.type(box(), 'the menu{Enter}')
  cleanup()
  upload.end({ payload: { attachment: { id: 'a1', name: 'menu.txt' } } })
  await vi.waitFor(() => expect(send).toHaveBeenCalledWith(expect.objectContaining({ body: 'the menu' })))
})

test('who may not write is told so, and until when', () => {
  const mine = {
    id: 'x',
    role: 'MEMBER',
    joinedAt: '',
    leftAt: null,
    mutedUntil: '2126-03-02T14:05:00Z',
    user: me,
  } as const
  open({ state: { ...state(false), members: new Map([['me', mine]]) } })
  expect(screen.queryByRole('textbox')).toBeNull()
  expect(screen.getByRole('status').textContent).toContain('2126')
})

test('what happens in the room does not draw the box anew', async () => {
  const { again } = open()
  await user.type(box(), 'salam')
  vi.mocked(charactersLeft).mockClear()
  for (let count = 0; count < 50; count++) again({ state: { ...state(true), cursor: `${count}` } })
  expect(charactersLeft).not.toHaveBeenCalled()
  await user.type(box(), '!')
  expect(charactersLeft).toHaveBeenCalled()
})

type Props = Parameters<typeof Composer>[0]

function open(props: Partial<Props> = {}) {
  const shown = (more: Partial<Props>) => (
    <MantineProvider env="test">
      <ViewerContext value={viewer}>
        <Composer
          state={state(true)}
          feed={feed as unknown as RoomFeed}
          replyTo={null}
          whisperTo={null}
          {...heard}
          {...more}
        />
      </ViewerContext>
    </MantineProvider>
  )
  const { rerender } = render(shown(props))
  return { again: (more: Partial<Props>) => rerender(shown(more)) }
}

/** The upload that is under way, and what comes of it. */
function uploading() {
  const upload = { end: (_: unknown) => {} }
  answer.mockImplementation((document) =>
    document === UploadAttachmentDocument
      ? new Promise((resolve) => (upload.end = resolve))
      : Promise.resolve({}),
  )
  return upload
}

function drop(name: string) {
  const files = [new File(['tea'], name)]
  fireEvent.drop(window, { dataTransfer: { types: ['Files'], files } })
}

function box(): HTMLTextAreaElement {
  return screen.getByRole('textbox')
}

function state(send: boolean): FeedState {
  const room = { id: 'tea', address: 'tea', title: 'Tea', topic: '', isPrivate: false, memberCount: 2 }
  const not = { moderate: false, invite: false, rename: false, setPrivacy: false, delete: false }
  return {
    cursor: '0',
    room: { ...room, onlineCount: 2 },
    mine: { role: 'MEMBER', unreadCount: 0, notify: 'ALL', can: { send, ...not }, lastRead: null },
    people: new Map([me, sara].map((each) => [each.id, each])),
    messages: new Layers(),
    entries: [],
    reacted: new Layers(),
    earlier: null,
    later: null,
    heldBack: [],
    members: new Map(),
    online: new Map([me, sara].map(({ id }) => [id, '2026-03-02T14:05:00Z'])),
    typing: [],
    wants: 'nothing',
    departure: null,
    ended: null,
  }
}

function message(id: string, body: string): Message {
  const dates = { sentAt: '2026-03-02T14:05:00Z', editedAt: null, deletedAt: null }
  return {
    id,
    body,
    ...dates,
    version: 1,
    author: sara,
    replyTo: null,
    mentions: [],
    attachments: [],
    reactions: [],
  }
}

function person(id: string, username: string) {
  return { id, username, displayName: username, deletedAt: null, avatarUrl: null }
}
