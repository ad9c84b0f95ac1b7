// Completion of @names in a text: who is offered, which of them is chosen, and the keys that choose.
import { type KeyboardEvent, useId, useMemo, useState } from 'react'
import { useQuery } from 'urql'

import { ComposerMembersDocument, type PersonFragment } from '../../api/generated'
import { fold } from '../../i18n/fold'
import { type Mention, matching, mentionAt } from './mentions'

/** Those in the room, as they are at this moment. */
export type Present = {
  readonly people: ReadonlyMap<string, PersonFragment>
  readonly online: ReadonlyMap<string, string>
}

type Options = {
  room: string
  present: () => Present
  onPick: (mention: Mention, person: PersonFragment) => void
}

export function useMentions({ room, present, onPick }: Options) {
  const id = useId()
  const [mention, setMention] = useState<Mention | null>(null)
  const [active, setActive] = useState(0)
  // Where somebody has closed the list, it stays closed.
  const [closedAt, setClosedAt] = useState<number | null>(null)
  const isWanted = mention !== null && mention.start !== closedAt
  const [{ data }] = useQuery({
    query: ComposerMembersDocument,
    variables: { room },
    pause: !isWanted,
    requestPolicy: 'cache-and-network',
  })
  const query = isWanted ? mention.query : null
  const members = data?.room?.members.nodes

  const people = useMemo(() => {
    if (query === null) return []
    const { people, online } = present()
    const here = [...online.keys()].flatMap((each) => people.get(each) ?? [])
    return matching(query, [...here, ...(members ?? []).map(({ user }) => user)], (each) => online.has(each))
  }, [query, members, present])

  function follow(text: string, caret: number | null): void {
    const next = caret === null ? null : mentionAt(text, caret)
    if (next?.start !== mention?.start) setClosedAt(null)
    if (next?.query !== mention?.query) setActive(0)
    setMention(next)
  }

  function pick(person: PersonFragment): void {
    if (!mention) return
    setMention(null)
    onPick(mention, person)
  }

  /** Whether the key was for the list. */
  function press(event: KeyboardEvent): boolean {
    const chosen = people[active]
    if (!mention || !chosen) return false
    switch (event.key) {
      case 'ArrowDown':
        setActive((active + 1) % people.length)
        return true
      case 'ArrowUp':
        setActive((active + people.length - 1) % people.length)
        return true
      case 'Enter':
      case 'Tab':
        if (event.shiftKey) return false
        // The whole name stands there: whoever presses Enter wants to send.
        if (event.key === 'Enter' && fold(chosen.username) === fold(mention.query)) return false
        pick(chosen)
        return true
      case 'Escape':
        setClosedAt(mention.start)
        return true
      default:
        return false
    }
  }

  return { id, people, active, follow, press, pick, close: () => setMention(null) }
}
