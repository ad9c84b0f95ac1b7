// Asks who is here before anything is shown, and puts the page into their language.
import { type ReactNode, useEffect } from 'react'
import { useQuery } from 'urql'

import { SessionDocument } from '../api/generated'
import { Loading } from '../design/Loading'
import { Unreachable } from '../design/Unreachable'
import { type Language, speak } from '../i18n/language'
import { useOneViewer } from './oneViewer'
import { useDoubts } from './useDoubts'
import { ViewerContext } from './viewer'

export function SessionGate({ children }: { children: ReactNode }) {
  const [{ data, error, fetching }, ask] = useQuery({ query: SessionDocument })
  const locale = data?.viewer?.locale

  useEffect(() => {
    if (locale) void speak(locale.toLowerCase() as Language)
  }, [locale])

  useDoubts(Boolean(data?.viewer))
  useOneViewer(data?.viewer?.user.id)

  if (data) return <ViewerContext value={data.viewer}>{children}</ViewerContext>
  if (fetching) return <Loading />
  return error ? <Unreachable retry={() => ask({ requestPolicy: 'network-only' })} /> : null
}
