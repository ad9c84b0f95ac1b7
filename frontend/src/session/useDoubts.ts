// Asks who is here when there is reason to doubt it. A page whose session is over begins anew: nothing of what was here
// may stay in it, and what is asked next would be refused.
import { useEffect } from 'react'

import { answered } from '../api/act'
import { client } from '../api/client'
import { doubts } from '../api/doubt'
import { SessionDocument } from '../api/generated'

/** An answer that has not come by then may never come. */
const PATIENCE_MS = 10_000

/** For as long as the page thinks that somebody is. */
export function useDoubts(isSomebody: boolean): void {
  useEffect(() => {
    if (!isSomebody) return
    let isAsking = false
    async function ask() {
      if (isAsking) return
      isAsking = true
      // A new password ends every session, and what answers it brings another one: one may be on its way.
      await Promise.race([answered(), new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))])
      const { data } = await client.query(SessionDocument, {}, { requestPolicy: 'network-only' }).toPromise()
      isAsking = false
      if (data && !data.viewer) location.reload()
    }
    return doubts.subscribe(() => void ask())
  }, [isSomebody])
}
