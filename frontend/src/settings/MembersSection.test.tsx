// @vitest-environment happy-dom
import { MantineProvider } from '@mantine/core'
import { cleanup, render, screen, within } from '@testing-library/react'
import userEvent from '@testing-library/user-event'
import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { afterEach, beforeAll, beforeEach, expect, type Mock, test, vi } from 'vitest'

import { client } from '../api/client'
import { type MemberFieldsFragment, ModerateMemberDocument, SetMemberRoleDocument } from '../api/generated'
import design from '../design/texts/en.json'
import { ViewerContext } from '../session/viewer'
import { MembersSection } from './MembersSection'
import settings from './texts/en.json'

vi.mock('../api/client', () => ({ client: { query: vi.fn(), mutation: vi.fn() } }))
type Ask = (document: unknown, variables: unknown) => { toPromise: () => Promise<unknown> }
const asked = client.query as unknown as Mock<Ask>
const done = client.mutation as unknown as Mock<Ask>
const me = person('vera')
const viewer = { id: 'v', email: null, locale: 'EN', lastLogInAt: null, user: me } as const
const user = userEvent.setup()

beforeAll(async () => {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    interpolation: { escapeValue: false },
    resources: { en: { settings, design } },
  })
})

beforeEach(() => {
  arrive([member('vera', 'OWNER'), member('ali')])
})

afterEach(() => {
  cleanup()
  vi.clearAllMocks()
})

test('whoever would send somebody away is asked first, and nothing is done when they would rather not', async () => {
  open()
  const more = await choose(settings.members.kick)
  const dialog = await screen.findByRole('dialog', { name: 'Send \u2068ali\u2069 away?' })
  expect(dialog.textContent).toContain(settings.members.kickPublic)
  await user.click(within(dialog).getByRole('button', { name: design.cancel }))
  expect(screen.queryByRole('dialog')).toBeNull()
  expect(done).not.toHaveBeenCalled()
  expect(document.activeElement).toBe(more)
})

test('whoever is banned is so after it was asked, and the keyboard stays in the list', async () => {
  becomes({ ...member('ali'), leftAt: '2026-03-02T14:05:00Z' })
  open()
  await choose(settings.members.ban)
  const dialog = await screen.findByRole('dialog', { name: 'Ban \u2068ali\u2069?' })
  await user.click(within(dialog).getByRole('button', { name: settings.members.ban }))
  const input = { room: 'tea', user: 'ali', action: 'BAN' }
  expect(done).toHaveBeenCalledExactlyOnceWith(ModerateMemberDocument, { input }, undefined)
  expect(screen.queryByText('ali')).toBeNull()
  expect(document.activeElement).toBe(screen.getByRole('list', { name: settings.members.title }))
})

test('another owner cannot be got rid of any more: that is asked about, a moderator is not', async () => {
  becomes(member('ali', 'MODERATOR'))
  open()
  await choose(settings.members.moderator)
  const input = { room: 'tea', user: 'ali', role: 'MODERATOR' }
  expect(done).toHaveBeenCalledExactlyOnceWith(SetMemberRoleDocument, { input }, undefined)
  await choose(settings.members.owner)
  expect((await screen.findByRole('dialog')).textContent).toContain(settings.members.crownAbout)
  expect(done).toHaveBeenCalledOnce()
})

test('members that do not come are not silently missing, and can be asked for again', async () => {
  asked.mockReturnValue({ toPromise: async () => ({ error: new Error('No answer.') }) })
  open()
  const note = await screen.findByRole('alert')
  expect(note.textContent).toContain(design.unreachable)
  arrive([member('vera', 'OWNER'), member('ali')])
  await user.click(within(note).getByRole('button', { name: design.retry }))
  expect(await screen.findByText('ali')).toBeTruthy()
  expect(screen.queryByRole('alert')).toBeNull()
})

function open() {
  render(
    <MantineProvider env="test">
      <ViewerContext value={viewer}>
        <MembersSection room={{ id: 'tea', isPrivate: false }} mayModerate mine="OWNER" />
      </ViewerContext>
    </MantineProvider>,
  )
}

/** What is to be done with Ali: the button behind which it was found. */
async function choose(action: string): Promise<HTMLElement> {
  const more = await screen.findByRole('button', { name: /ali/ })
  await user.click(more)
  await user.click(await screen.findByRole('menuitem', { name: action }))
  return more
}

function arrive(nodes: readonly MemberFieldsFragment[]) {
  const pageInfo = { hasNextPage: false, endCursor: null }
  asked.mockReturnValue({ toPromise: async () => ({ data: { room: { members: { nodes, pageInfo } } } }) })
}

function becomes(member: MemberFieldsFragment) {
  done.mockReturnValue({ toPromise: async () => ({ data: { done: { member } } }) })
}

function member(name: string, role: MemberFieldsFragment['role'] = 'MEMBER'): MemberFieldsFragment {
  const joinedAt = '2026-03-02T14:05:00Z'
  return { id: `in ${name}`, role, joinedAt, leftAt: null, mutedUntil: null, user: person(name) }
}

function person(name: string) {
  return { id: name, username: name, displayName: name, deletedAt: null, avatarUrl: null }
}
