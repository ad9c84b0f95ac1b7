// How long the viewer has been here, and how much; and when they last came in with their password.
import { useTranslation } from 'react-i18next'

import type { HomeQuery } from '../api/generated'
import { useFormat } from '../i18n/format'
import classes from './Statistics.module.css'

export function Statistics({ viewer }: { viewer: NonNullable<HomeQuery['viewer']> }) {
  const { t } = useTranslation('home')
  const { number, date, moment } = useFormat()
  const { messages, rooms, joinedAt } = viewer.user.stats
  return (
    <section aria-label={t('statistics')}>
      <dl className={classes.facts}>
        <Fact name={t('statMessages')} value={number(messages)} />
        <Fact name={t('statRooms')} value={number(rooms)} />
        <Fact name={t('statJoined')} value={date(new Date(joinedAt))} />
        {viewer.lastLogInAt && <Fact name={t('statLogIn')} value={moment(new Date(viewer.lastLogInAt))} />}
      </dl>
    </section>
  )
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  )
}
