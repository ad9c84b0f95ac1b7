// Follows what concerns the viewer for as long as they are here, and tells them of what happens where they do not look.
import { useDocumentVisibility } from '@mantine/hooks'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'

import { useStore } from '../api/store'
import { useFormat } from '../i18n/format'
import { useMe } from '../session/viewer'
import { type MyRoom, useMyRooms } from './myRooms'
import { newsOf } from './news'
import { notify } from './notify'
import { countsInTitle } from './settings'
import { followViewer, onViewerEvent } from './viewerEvents'

/** `open` is the id of the room that the screen shows. */
export function useNews(open: string | null): void {
  const viewer = useMe().user.id

  useEffect(followViewer, [])

  useEffect(
    () =>
      onViewerEvent((event) => {
        const isSeen = document.visibilityState === 'visible' && document.hasFocus()
        const news = newsOf(event, viewer, isSeen ? open : null)
        if (news) notify(news)
      }),
    [viewer, open],
  )
}

/** The title of the page: which screen it is, and how much is unread elsewhere, if that was asked for. */
export function useTitle(screen: string | undefined, open: string | null): void {
  const { t } = useTranslation('news')
  const { number } = useFormat()
  const { rooms } = useMyRooms()
  const isVisible = useDocumentVisibility() === 'visible'
  const unread = useStore(countsInTitle) && rooms ? unreadElsewhere(rooms, isVisible ? open : null) : 0
  const name = screen ? `${screen} · ${t('name')}` : t('name')
  const title = unread ? `(${number(unread)}) ${name}` : name
  useEffect(() => {
    document.title = title
  }, [title])
}

export function unreadElsewhere(rooms: readonly MyRoom[], open: string | null): number {
  return rooms
    .filter(({ id, viewer }) => id !== open && viewer?.notify === 'ALL')
    .reduce((sum, { viewer }) => sum + (viewer?.unreadCount ?? 0), 0)
}
