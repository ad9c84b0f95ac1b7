// Asks who is here before anything is shown, and puts the page into their language.
import { type ReactNode, useEffect } from 'react'
import { useQuery } from 'urql'

import { SessionDocument } from '../api/generated'
import { connection } from '../api/socket'
import { useStore } from '../api/store'
import { Loading } from '../design/Loading'
import { Unreachable } from '../design/Unreachable'
import { type Language, speak } from '../i18n/language'
import { useOneViewer } from './oneViewer'
import { ViewerContext } from './viewer'

export function SessionGate({ children }: { children: ReactNode }) {
  const [{ data, error, fetching }, ask] = useQuery({ query: SessionDocument })
  const locale = data?.viewer?.locale

  useEffect(() => {
    if (locale) void speak(locale.toLowerCase() as Language)
  }, [locale])

  // Logged out on another page, or a password was changed: what is asked next would be refused, too.
  const ended = useStore(connection) === 'ended'
  useEffect(() => {
    if (ended) location.reload()
  }, [ended])

  useOneViewer(data?.viewer?.user.id)

  if (data) return <ViewerContext value={data.viewer}>{children}</ViewerContext>
  if (fetching) return <Loading />
  return error ? <Unreachable retry={() => ask({ requestPolicy: 'network-only' })} /> : null
}
