// Where a room begins; in one where nothing was said yet, all that there is.
import { Text, Title } from '@mantine/core'
import { IconMessageCircle } from '@tabler/icons-react'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'

import type { RoomHeadFragment } from '../../api/generated'
import classes from './Row.module.css'

export const StartRow = memo(function StartRow({
  room,
  isEmpty,
}: {
  room: RoomHeadFragment
  isEmpty: boolean
}) {
  const { t } = useTranslation('room')
  return (
    <div className={classes.start}>
      <IconMessageCircle size={44} stroke={1.2} aria-hidden />
      <Title order={2} size="h4" mt="sm" c="var(--ink)">
        <bdi>{room.title}</bdi>
      </Title>
      {room.topic && <Text dir="auto">{room.topic}</Text>}
      <Text size="sm" mt={4}>
        {isEmpty ? t('feed.empty') : t('feed.start')}
      </Text>
    </div>
  )
})
