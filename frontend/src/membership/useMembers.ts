// The members of a room, a page after the other.
import { useCallback, useEffect, useRef, useState } from 'react'

import { client } from '../api/client'
import { type MemberFieldsFragment, MembersOfRoomDocument } from '../api/generated'

type Members = {
  readonly members: readonly MemberFieldsFragment[]
  readonly status: 'loading' | 'here' | 'unreachable'
  readonly hasMore: boolean
  /** The next page, or once more the one that did not come. */
  more(): void
}

export function useMembers(room: string): Members {
  const [members, setMembers] = useState<readonly MemberFieldsFragment[]>([])
  const [status, setStatus] = useState<Members['status']>('loading')
  const [after, setAfter] = useState<string | null>(null)
  const asked = useRef(0)

  const ask = useCallback(
    async (from: string | null) => {
      const mine = ++asked.current
      setStatus('loading')
      const { data } = await client
        .query(MembersOfRoomDocument, { room, after: from }, { requestPolicy: 'network-only' })
        .toPromise()
      if (mine !== asked.current) return
      const page = data?.room?.members
      if (!page) return setStatus('unreachable')
      setMembers((before) => (from === null ? page.nodes : [...before, ...page.nodes]))
      setAfter(page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null)
      setStatus('here')
    },
    [room],
  )
  useEffect(() => {
    void ask(null)
    return () => {
      asked.current++
    }
  }, [ask])

  return { members, status, hasMore: after !== null, more: () => void ask(after) }
}
