// Who is here, for every component that asks.
import { createContext, useContext } from 'react'

import type { ViewerFieldsFragment } from '../api/generated'

export const ViewerContext = createContext<ViewerFieldsFragment | null>(null)

export function useViewer(): ViewerFieldsFragment | null {
  return useContext(ViewerContext)
}

/** For screens that only a person who is logged in sees. */
export function useMe(): ViewerFieldsFragment {
  const viewer = useContext(ViewerContext)
  if (!viewer) throw new Error('Nobody is logged in here.')
  return viewer
}
