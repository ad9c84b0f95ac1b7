// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'

import design from '../../design/texts/en.json'
import texts from '../texts/en.json'
import { MessageRow } from './MessageRow'
import type { Message } from './state'
import { type FeedTools, FeedToolsContext } from './tools'

vi.mock('../../api/act', () => ({ useAct: () => ({ run: vi.fn(), busy: false }) }))

const nino = { id: 'nino', username: 'nino', displayName: 'Nino', deletedAt: null, avatarUrl: null }
const me = { ...nino, id: 'me', username: 'me', displayName: 'Me' }
const message: Message = {
  id: 'm',
  body: 'salam @me, see example.org',
  sentAt: '2026-03-02T10:00:00.000Z',
  editedAt: null,
  deletedAt: null,
  version: 1,
  author: nino,
  replyTo: null,
  mentions: [{ id: 'me', username: 'me' }],
  attachments: [],
  reactions: [{ emoji: '👍', count: 5, users: [nino] }],
}
const tools = {
  react: vi.fn(),
  reply: vi.fn(),
  edit: vi.fn(),
  remove: vi.fn(),
  whisper: vi.fn(),
  copyLink: vi.fn(),
  jump: vi.fn(),
  focus: vi.fn(),
} satisfies FeedTools

function draw(changes: Partial<Parameters<typeof MessageRow>[0]> = {}) {
  render(
    <MantineProvider env="test">
      <FeedToolsContext value={tools}>
        <MessageRow
          message={message}
          author={nino}
          people={new Map()}
          quoted={null}
          viewer="me"
          mine={undefined}
          wishes={undefined}
          isFirst
          isStop
          isEditing={false}
          isLit={false}
          canWrite
          canModerate={false}
          isAuthorOnline
          onSaved={() => {}}
          {...changes}
        />
      </FeedToolsContext>
    </MantineProvider>,
  )
}

function show(changes: Parameters<typeof draw>[0] = {}) {
  draw(changes)
  return screen.getByRole('article')
}

beforeAll(async () => {
  // As on a page that has been quiet for a moment.
  await Promise.all([import('./Actions'), import('./EditBox')])
  // A box that grows asks when letters have another size.
  Object.defineProperty(document, 'fonts', { value: new EventTarget() })
  await i18next.use(initReactI18next).init({
    lng: 'en',
    interpolation: { escapeValue: false },
    resources: { en: { room: texts, design } },
  })
})
beforeEach(() => vi.clearAllMocks())
afterEach(cleanup)

describe('a message', () => {
  it('is reached by Tab, says who sent it, and is answered, linked and reacted to by single keys', async () => {
    const row = show()
    await userEvent.tab()
    expect(document.activeElement).toBe(row)
    expect(row.getAttribute('aria-label')).toContain('Nino')
    await userEvent.keyboard('r')
    expect(tools.reply).toHaveBeenCalledExactlyOnceWith(message)
    await userEvent.keyboard('c')
    expect(tools.copyLink).toHaveBeenCalledExactlyOnceWith(message)
    await userEvent.keyboard('+')
    await userEvent.click(await screen.findByText('☕'))
    expect(tools.react).toHaveBeenCalledExactlyOnceWith(message, '☕', true)
    expect(tools.focus).toHaveBeenCalledWith('m')
  })

  it('knows its keys by what they write, and on a keyboard of another script by their place', () => {
    const row = show()
    fireEvent.keyDown(row, { key: 'p', code: 'KeyR' }) // Dvorak
    expect(tools.reply).not.toHaveBeenCalled()
    fireEvent.keyDown(row, { key: 'r', code: 'KeyO' })
    fireEvent.keyDown(row, { key: 'ق', code: 'KeyR' }) // Persian
    expect(tools.reply).toHaveBeenCalledTimes(2)
    fireEvent.keyDown(row, { key: 'c', code: 'KeyC', ctrlKey: true })
    expect(tools.copyLink).not.toHaveBeenCalled()
  })

  it('of somebody else is neither edited nor deleted', async () => {
    show().focus()
    await userEvent.keyboard('e{Delete}{Backspace}')
    expect(tools.edit).not.toHaveBeenCalled()
    expect(tools.remove).not.toHaveBeenCalled()
  })

  it('of somebody else is deleted by a moderator', async () => {
    show({ canModerate: true }).focus()
    await userEvent.keyboard('{Delete}')
    expect(tools.remove).toHaveBeenCalledExactlyOnceWith(message)
  })

  it("of one's own is edited and deleted", async () => {
    const own = { ...message, author: me }
    show({ message: own, author: me }).focus()
    await userEvent.keyboard('e{Delete}')
    expect(tools.edit).toHaveBeenCalledExactlyOnceWith(own)
    expect(tools.remove).toHaveBeenCalledExactlyOnceWith(own)
  })

  it('that was deleted says so, and nothing can be done to it', async () => {
    const gone = { ...message, body: '', deletedAt: message.sentAt, reactions: [], author: me }
    const row = show({ message: gone, author: me })
    expect(row.textContent).toContain('This message was deleted')
    row.focus()
    await userEvent.keyboard('rec{Delete}')
    for (const done of [tools.reply, tools.edit, tools.copyLink, tools.remove])
      expect(done).not.toHaveBeenCalled()
  })

  it('leaves the keys to what is typed inside it', async () => {
    const own = { ...message, author: me }
    await act(async () => draw({ message: own, author: me, isEditing: true }))
    await userEvent.type(screen.getByRole('textbox'), 'rec')
    expect(tools.reply).not.toHaveBeenCalled()
    expect(tools.copyLink).not.toHaveBeenCalled()
  })

  it('offers to whisper to its author only while they are here', async () => {
    show({ isAuthorOnline: false }).focus()
    await userEvent.keyboard('{Enter}')
    expect(await screen.findByText('Copy link')).toBeDefined()
    expect(screen.queryByText('Whisper')).toBe(null)
    cleanup()
    show().focus()
    await userEvent.keyboard('{Enter}')
    await userEvent.click(await screen.findByText('Whisper'))
    expect(tools.whisper).toHaveBeenCalledExactlyOnceWith(nino)
  })

  it('can only be read by who may not write', async () => {
    const row = show({ canWrite: false })
    expect(screen.getByRole('button', { name: /👍/ })).toHaveProperty('disabled', true)
    row.focus()
    await userEvent.keyboard('r+')
    expect(tools.reply).not.toHaveBeenCalled()
    expect(await screen.findByRole('button', { name: 'More' })).toBeDefined()
    expect(screen.queryByText('☕')).toBe(null)
  })

  it('tells who reacted to it, and takes back what was one\u2019s own', async () => {
    show({ mine: new Map([['👍', true]]) })
    const reaction = screen.getByRole('button', { name: '👍 5: you, \u2068Nino\u2069 and 3 more' })
    expect(reaction.getAttribute('aria-pressed')).toBe('true')
    await userEvent.click(reaction)
    expect(tools.react).toHaveBeenCalledExactlyOnceWith(message, '👍', false)
  })

  it('links to what it names, without telling where one comes from', () => {
    show()
    const link = screen.getByRole('link', { name: 'example.org' })
    expect(link.getAttribute('href')).toBe('https://example.org')
    expect(link.getAttribute('rel')).toBe('noopener noreferrer')
  })
})
