// The frame around every screen of somebody who is logged in: their rooms beside it, the state of the connection
// above it, and what the keyboard does everywhere. On a narrow page the rooms are the first screen.
import { type ReactNode, Suspense, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocation, useRoute } from 'wouter'
import { usePathname } from 'wouter/use-browser-location'

import { later } from '../design/later'
import { Notices } from '../design/Notices'
import { Tips } from '../design/Tips'
import { useMyRooms } from '../news/myRooms'
import { useNews, useTitle } from '../news/useNews'
import { useOutbox } from '../outbox/outbox'
import { useMe } from '../session/viewer'
import { ConnectionBanner } from './ConnectionBanner'
import { HOME, PROFILE, ROOM, ROOM_SETTINGS, roomPath, segmentOf } from './paths'
import classes from './Shell.module.css'
import { type Dialog, Sidebar } from './Sidebar'
import { useShortcut } from './shortcuts'
import { TopBar } from './TopBar'

const Switcher = later(async () => (await import('./Switcher')).Switcher)
const KeyboardHelp = later(async () => (await import('./KeyboardHelp')).KeyboardHelp)
const NewsSettings = later(async () => (await import('../news/NewsSettings')).NewsSettings)

export function Shell({ children }: { children: ReactNode }) {
  const { t } = useTranslation('app')
  const [path, navigate] = useLocation()
  const [isRoom] = useRoute(ROOM)
  const [isSettings] = useRoute(ROOM_SETTINGS)
  const address = segmentOf(usePathname(), 1)
  const { rooms = [] } = useMyRooms()
  const screen = useRef<HTMLElement>(null)
  const [dialog, setDialog] = useState<Dialog | null>(null)

  const here = isRoom || isSettings ? rooms.findIndex((room) => room.address === address) : -1
  const open = isRoom ? (rooms[here]?.id ?? null) : null
  useNews(open)
  useTitle(path === PROFILE ? t('profile') : rooms[here]?.title, open)
  useOutbox(useMe().user.id)

  function go(by: 1 | -1) {
    // From no room, down leads to the first and up to the last.
    const next = here < 0 && by < 0 ? rooms.length - 1 : here + by
    const room = rooms[(next + rooms.length) % rooms.length]
    if (room) navigate(roomPath(room.address))
  }
  useShortcut('mod+k', t('find'), () => setDialog('find'))
  useShortcut('alt+ArrowUp', t('previousRoom'), () => go(-1))
  useShortcut('alt+ArrowDown', t('nextRoom'), () => go(1))
  useShortcut('?', t('keyboard'), () => setDialog('keyboard'))

  const close = () => setDialog(null)
  return (
    <div className={classes.shell}>
      <button type="button" className={classes.skip} onClick={() => screen.current?.focus()}>
        {t('skip')}
      </button>
      <div className={classes.side}>
        <Sidebar open={open} onDialog={setDialog} />
      </div>
      <div className={classes.column}>
        <ConnectionBanner />
        {path === HOME && (
          <div className={classes.top}>
            <TopBar onDialog={setDialog} />
          </div>
        )}
        <main ref={screen} className={classes.screen} tabIndex={-1}>
          {children}
        </main>
      </div>
      <Suspense>
        {dialog === 'find' && <Switcher onClose={close} />}
        {dialog === 'keyboard' && <KeyboardHelp onClose={close} />}
        {dialog === 'news' && <NewsSettings onClose={close} />}
      </Suspense>
      <Notices />
      <Tips />
    </div>
  )
}
