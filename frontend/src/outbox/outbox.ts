// The outbox of this page: over the API, the browser's storage and the state of the connection.
import { useEffect } from 'react'

import { act } from '../api/act'
import { SendMessageDocument } from '../api/generated'
import { connection } from '../api/socket'
import { isStillHere } from '../session/oneViewer'
import { Outbox } from './queue'

export type { Draft, Pending } from './pending'
export { hasArrived } from './pending'

const outbox = new Outbox(async ({ room, body, key, replyTo, attachments }) => {
  if (!isStillHere()) return { problem: { code: 'UNAUTHENTICATED', detail: '' } }
  return act(SendMessageDocument, {
    input: {
      room,
      body,
      key,
      ...(replyTo && { replyTo: replyTo.id }),
      ...(attachments.length > 0 && { attachments: attachments.map(({ id }) => id) }),
    },
  })
}, localStorage)

export const { pending } = outbox
export const isOpenFor = outbox.isOpenFor.bind(outbox)
export const send = outbox.send.bind(outbox)
export const retry = outbox.retry.bind(outbox)
export const discard = outbox.discard.bind(outbox)
/** To be told of each `MessageSent`, so that nothing is seen twice. */
export const arrived = outbox.arrived.bind(outbox)

/** For as long as this person is here, what they have written is sent. */
export function useOutbox(viewer: string): void {
  useEffect(() => {
    const isBack = () => connection.get() === 'connected' && outbox.wake()
    const isOnline = () => outbox.wake()
    const isStored = ({ key, newValue }: StorageEvent) => outbox.stored(key, newValue)
    const unsubscribe = connection.subscribe(isBack)
    addEventListener('online', isOnline)
    addEventListener('storage', isStored)
    outbox.open(viewer)
    return () => {
      unsubscribe()
      removeEventListener('online', isOnline)
      removeEventListener('storage', isStored)
      outbox.close()
    }
  }, [viewer])
}
