// The first screen: where the viewer is, where they could go, and what they may have missed.
import { Text, Title } from '@mantine/core'
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'

import { HomeDocument } from '../api/generated'
import { useStore } from '../api/store'
import { Unreachable } from '../design/Unreachable'
import { useMyRooms } from '../news/myRooms'
import { onViewerEvent, timesCaughtUp } from '../news/viewerEvents'
import { useMe } from '../session/viewer'
import { EnterBox } from './EnterBox'
import classes from './Home.module.css'
import { Invitations } from './Invitations'
import { LobbySection } from './LobbySection'
import { Mentions } from './Mentions'
import { MyRoomsSection } from './MyRoomsSection'
import { Statistics } from './Statistics'

export function Home() {
  const { t } = useTranslation('home')
  const { user } = useMe()
  const { rooms, invitations, isUnreachable, retry } = useMyRooms('cache-and-network')
  const [{ data }, ask] = useQuery({ query: HomeDocument, requestPolicy: 'cache-and-network' })
  const caughtUp = useStore(timesCaughtUp)
  useEffect(() => {
    if (caughtUp > 1) ask({ requestPolicy: 'network-only' })
  }, [caughtUp, ask])
  useEffect(
    () =>
      onViewerEvent(({ __typename }) => {
        if (__typename === 'Mentioned') ask({ requestPolicy: 'network-only' })
      }),
    [ask],
  )

  if (isUnreachable) return <Unreachable retry={retry} />
  const isNew = rooms?.length === 0
  const name = user.displayName || user.username
  return (
    <div className={classes.home}>
      <header className={classes.welcome} data-unknown={rooms ? undefined : true}>
        <Title order={1} size="h2">
          {isNew ? t('welcomeNew', { name }) : t('welcome', { name })}
        </Title>
        {isNew && <Text c="dimmed">{t('welcomeAbout')}</Text>}
      </header>
      <div className={classes.columns}>
        <div className={classes.column}>
          <EnterBox isNew={isNew} />
          {invitations.length > 0 && <Invitations invitations={invitations} />}
          {!isNew && <MyRoomsSection rooms={rooms} />}
        </div>
        <div className={classes.column}>
          <LobbySection mine={rooms ?? []} />
          {data?.viewer && data.viewer.mentionedIn.nodes.length > 0 && (
            <Mentions messages={data.viewer.mentionedIn.nodes} />
          )}
        </div>
      </div>
      {data?.viewer && <Statistics viewer={data.viewer} />}
    </div>
  )
}
