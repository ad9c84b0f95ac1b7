// Messages that have left the box and wait for their files; each can be had back until then.
import { IconPencil } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'

import { useStore } from '../../api/store'
import { IconButton } from '../../design/IconButton'
import type { Desk, Parcel } from './Desk'
import classes from './Parcels.module.css'
import { Uploads } from './Uploads'

type Props = {
  desk: Desk
  onTakeBack: (parcel: Parcel) => void
  onRemoved: () => void
}

export function Parcels({ desk, onTakeBack, onRemoved }: Props) {
  const { t } = useTranslation('room')
  const parcels = useStore(desk.parcels)
  if (parcels.length === 0) return null
  return (
    <ul className={classes.parcels} aria-label={t('composer.parcels')}>
      {parcels.map((parcel) => (
        <ParcelItem
          key={parcel.id}
          parcel={parcel}
          onTakeBack={() => onTakeBack(parcel)}
          onRemoved={onRemoved}
        />
      ))}
    </ul>
  )
}

type ItemProps = { parcel: Parcel; onTakeBack: () => void; onRemoved: () => void }

function ParcelItem({ parcel, onTakeBack, onRemoved }: ItemProps) {
  const { t } = useTranslation('room')
  const uploads = useStore(parcel.tray.uploads)
  return (
    <li className={classes.parcel}>
      <div className={classes.head}>
        <div className={classes.words}>
          <div className={classes.title}>{t('composer.parcel')}</div>
          {parcel.text && (
            <div className={classes.text} dir="auto">
              {parcel.text}
            </div>
          )}
        </div>
        <IconButton label={t('composer.takeBack')} size={40} onClick={onTakeBack}>
          <IconPencil size={18} aria-hidden />
        </IconButton>
      </div>
      <Uploads tray={parcel.tray} uploads={uploads} onRemoved={onRemoved} />
    </li>
  )
}
