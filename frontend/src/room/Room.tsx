// The room at an address: comes in (which makes the room, if there is none), and says so where that is not possible.
import { useEffect, useState } from 'react'
import { useLocation, useSearch } from 'wouter'

import { act, type Problem } from '../api/act'
import { EnterRoomDocument } from '../api/generated'
import { connection } from '../api/socket'
import { useStore } from '../api/store'
import { roomPath } from '../app/paths'
import { Loading } from '../design/Loading'
import { later } from '../design/later'
import { Unreachable } from '../design/Unreachable'
import { RoomScreen } from './RoomScreen'

const NotEntered = later(async () => (await import('./RoomGone')).NotEntered)

type Entered = {
  readonly id: string
  readonly address: string
  readonly isNew: boolean
  /** The last message that one has read, if there is too much after it for one page. */
  readonly readUpTo: string | null
}

/** More than this may not be on the page of the last messages, below the one that was read last. */
const MUCH = 30

type Attempt = { readonly number: number; readonly address: string; readonly code: string | null }

export function Room({ address }: { address: string }) {
  const [, go] = useLocation()
  const query = new URLSearchParams(useSearch())
  const invitation = query.get('invitation')
  const message = query.get('message')
  const [attempt, setAttempt] = useState<Attempt>({ number: 0, address, code: null })
  const [room, setRoom] = useState<Entered | null>(null)
  const [problem, setProblem] = useState<Problem | null>(null)
  const isHere = room?.address === address
  const code = (attempt.address === address && attempt.code) || invitation

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt is wanted, though nothing else is another
  useEffect(() => {
    // What was said of another address is not true of this one.
    setProblem(null)
    if (isHere) return
    let isWanted = true
    act(EnterRoomDocument, { input: { address, ...(code && { invitation: code }) } }).then((outcome) => {
      if (!isWanted) return
      if (outcome.problem) return setProblem(outcome.problem)
      const { room, created } = outcome.payload
      const readUpTo = (room.viewer && room.viewer.unreadCount > MUCH && room.viewer.lastRead?.id) || null
      setRoom({ id: room.id, address: room.address, isNew: created, readUpTo })
      // However it was written, its address is one; and a code that has been used is of no use.
      if (room.address !== address || code) {
        go(roomPath(room.address, message ? { message } : undefined), { replace: true })
      }
    })
    return () => {
      isWanted = false
    }
  }, [address, isHere, code, attempt.number])

  const enter = (code: string | null = null) => {
    setRoom(null)
    setAttempt(({ number }) => ({ number: number + 1, address, code }))
  }

  // Back in reach: one more attempt without being asked.
  const isConnected = useStore(connection) === 'connected'
  const isUnreachable = problem?.code === 'UNREACHABLE'
  useEffect(() => {
    if (isConnected && isUnreachable) setAttempt((before) => ({ ...before, number: before.number + 1 }))
  }, [isConnected, isUnreachable])

  if (isUnreachable) return <Unreachable retry={() => enter(code)} />
  if (problem) return <NotEntered problem={problem} invitation={code} onEnter={enter} />
  if (!room || !isHere) return <Loading />
  return (
    <RoomScreen
      key={`${room.id} ${attempt.number}`}
      room={room.id}
      isNew={room.isNew}
      message={message}
      readUpTo={room.readUpTo}
      onEnter={() => enter()}
      onMoved={(moved) => {
        setRoom({ ...room, address: moved })
        go(roomPath(moved), { replace: true })
      }}
    />
  )
}
