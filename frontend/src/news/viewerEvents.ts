// The one stream of what concerns the viewer alone. The cache takes from it what it tells of rooms and invitations;
// here it is asked anew what may have been missed, and told to whoever wants to hear of news.
import { client } from '../api/client'
import { MyRoomsDocument, ViewerEventsDocument, type ViewerEventsSubscription } from '../api/generated'
import { createStore } from '../api/store'
import { heard } from '../whispers/whispers'

export type ViewerEvent = ViewerEventsSubscription['viewerEvents']

/** How often we have been told that we may have missed something: what a screen shows is asked anew when it changes. */
export const timesCaughtUp = createStore(0)

const listeners = new Set<(event: ViewerEvent) => void>()

/** Follow it until the returned function is called. It survives every cut of the connection. */
export function followViewer(): () => void {
  const { unsubscribe } = client.subscription(ViewerEventsDocument, {}).subscribe(({ data }) => {
    if (!data) return
    const event = data.viewerEvents
    if (event.__typename === 'CaughtUp') void catchUp()
    if (event.__typename === 'WhisperReceived') heard(event.whisper)
    for (const listener of listeners) listener(event)
  })
  return unsubscribe
}

export function onViewerEvent(listener: (event: ViewerEvent) => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

async function catchUp(): Promise<void> {
  timesCaughtUp.set(timesCaughtUp.get() + 1)
  await client.query(MyRoomsDocument, {}, { requestPolicy: 'network-only' }).toPromise()
}
