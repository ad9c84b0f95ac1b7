// What follows when somebody has logged in or signed up.
import { client } from '../api/client'
import { SessionDocument } from '../api/generated'

/** Ask anew who is here: the answer shows them the screen that they wanted. */
export async function enter(): Promise<void> {
  const { data } = await client.query(SessionDocument, {}, { requestPolicy: 'network-only' }).toPromise()
  // They are in, but the answer was lost: the page that is loaded anew will ask again.
  if (!data?.viewer) location.reload()
}
