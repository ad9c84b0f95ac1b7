// Beside every screen of a wide page: the viewer's rooms with what is unread, the way into others, and the viewer.
import { Kbd, Skeleton, Stack, Text, UnstyledButton } from '@mantine/core'
import { IconHome, IconSearch } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { Link, useRoute } from 'wouter'
import { Clipped } from '../design/Clipped'
import { useSteady } from '../design/useSteady'
import { useFormat } from '../i18n/format'
import { useMyRooms } from '../news/myRooms'
import { Brand } from './Brand'
import { MyMenu } from './MyMenu'
import { HOME } from './paths'
import { RoomLink } from './RoomLink'
import classes from './Sidebar.module.css'
import { keysShown } from './shortcuts'

export type Dialog = 'find' | 'keyboard' | 'news'

type Props = {
  /** The id of the room that the screen shows. */
  open: string | null
  onDialog: (dialog: Dialog) => void
}

export function Sidebar({ open, onDialog }: Props) {
  const { t } = useTranslation('app')
  const { number } = useFormat()
  const { rooms, invitations } = useMyRooms()
  const [isHome] = useRoute(HOME)
  const [shown, held] = useSteady(rooms ?? [])
  return (
    <aside className={classes.sidebar}>
      <div className={classes.top}>
        <Brand />
        <UnstyledButton className={classes.find} onClick={() => onDialog('find')}>
          <IconSearch size={16} aria-hidden />
          <Clipped>{t('find')}</Clipped>
          <span className={classes.keys} dir="ltr" aria-hidden>
            {keysShown('mod+k').map((key) => (
              <Kbd key={key} size="xs">
                {key}
              </Kbd>
            ))}
          </span>
        </UnstyledButton>
      </div>
      <nav className={classes.nav} aria-label={t('rooms')}>
        <Link href={HOME} className={classes.home} aria-current={isHome ? 'page' : undefined}>
          <IconHome size={20} stroke={1.75} aria-hidden />
          <span className={classes.grow}>{t('home')}</span>
          {invitations.length > 0 && (
            <>
              <span className={classes.badge} aria-hidden>
                {number(invitations.length)}
              </span>
              <span className="sr-only">{t('invitations', { count: invitations.length })}</span>
            </>
          )}
        </Link>
        <Text component="h2" className={classes.heading}>
          {t('rooms')}
        </Text>
        <div className={classes.rooms} {...held}>
          {rooms ? (
            <ul className={classes.list}>
              {shown.map((room) => (
                <li key={room.id}>
                  <RoomLink room={room} isOpen={room.id === open} />
                </li>
              ))}
            </ul>
          ) : (
            <Stack gap={8} px={8} aria-hidden>
              {[70, 50, 60].map((width) => (
                <Skeleton key={width} h={28} w={`${width}%`} />
              ))}
            </Stack>
          )}
          {rooms?.length === 0 && (
            <Text size="sm" c="dimmed" px={8}>
              {t('noRooms')}
            </Text>
          )}
        </div>
      </nav>
      <div className={classes.bottom}>
        <MyMenu onDialog={onDialog} />
      </div>
    </aside>
  )
}
