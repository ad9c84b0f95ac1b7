// The public rooms as they are now, with who is in those that the viewer is in, too.
import { Button, Skeleton, Stack, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconCheck, IconSearch } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'

import { useStore } from '../api/store'
import { roomPath } from '../app/paths'
import { Clipped } from '../design/Clipped'
import { RoomSign } from '../design/RoomSign'
import { TeaBowl } from '../design/TeaBowl'
import { Unreachable } from '../design/Unreachable'
import { useSteady } from '../design/useSteady'
import type { MyRoom } from '../news/myRooms'
import { ListSection } from './ListSection'
import { LobbyFeed } from './LobbyFeed'
import type { LobbyRoom } from './lobby'
import classes from './Row.module.css'
import { WhoIsIn } from './WhoIsIn'

const PAUSE_MS = 200

export function LobbySection({ mine }: { mine: readonly MyRoom[] }) {
  const { t } = useTranslation('home')
  const [text, setText] = useState('')
  const [matching] = useDebouncedValue(text.trim(), PAUSE_MS)
  return (
    <ListSection
      title={t('lobby')}
      aside={
        <TextInput
          type="search"
          aria-label={t('lobbySearch')}
          placeholder={t('lobbySearch')}
          leftSection={<IconSearch size={16} aria-hidden />}
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
        />
      }
    >
      <LobbyList matching={matching} mine={mine} />
    </ListSection>
  )
}

function LobbyList({ matching, mine }: { matching: string; mine: readonly MyRoom[] }) {
  const { t } = useTranslation('home')
  const [feed] = useState(() => new LobbyFeed())
  useEffect(() => {
    feed.open()
    return () => feed.close()
  }, [feed])
  useEffect(() => void feed.search(matching), [feed, matching])
  const { rooms, after } = useStore(feed.lobby)
  const status = useStore(feed.status)
  const [shown, held] = useSteady(rooms)
  const entered = new Map(mine.map((room) => [room.id, room]))

  if (status === 'unreachable') return <Unreachable retry={() => void feed.read()} />
  if (status === 'loading')
    return (
      <Stack p="md" gap="md" aria-hidden>
        {[1, 2, 3].map((each) => (
          <Skeleton key={each} h={36} />
        ))}
      </Stack>
    )
  if (rooms.length === 0)
    return (
      <Stack className={classes.empty} align="center" gap="sm" role="status">
        {!matching && <TeaBowl size={56} />}
        {matching ? t('lobbyNone', { matching }) : t('lobbyEmpty')}
      </Stack>
    )
  return (
    <>
      <ul className={classes.list} {...held}>
        {shown.map((room) => (
          <LobbyRow key={room.id} room={room} mine={entered.get(room.id)} />
        ))}
      </ul>
      {after && (
        <Button variant="subtle" fullWidth h={44} radius={0} onClick={() => void feed.more()}>
          {t('lobbyMore')}
        </Button>
      )}
    </>
  )
}

/** `mine`: what it is to the viewer, if they are in it. */
function LobbyRow({ room, mine }: { room: LobbyRoom; mine: MyRoom | undefined }) {
  const { t } = useTranslation('home')
  const members = t('members', { count: room.memberCount })
  return (
    <li className={classes.row}>
      <RoomSign room={room} size={40} />
      <div className={classes.text}>
        <div className={classes.first}>
          <Link href={roomPath(room.address)} className={classes.link} dir="auto">
            {room.title}
          </Link>
          {mine && (
            <>
              <IconCheck className={classes.mine} size={16} aria-hidden />
              <span className="sr-only">{t('isMine')}</span>
            </>
          )}
          <span className={`${classes.soft} ${classes.push}`}>{members}</span>
        </div>
        {(room.topic || room.onlineCount > 0) && (
          <div className={classes.second}>
            <Clipped>{room.topic}</Clipped>
            {mine ? (
              <WhoIsIn room={mine} />
            ) : (
              room.onlineCount > 0 && (
                <span className={classes.online}>{t('online', { count: room.onlineCount })}</span>
              )
            )}
          </div>
        )}
      </div>
    </li>
  )
}
