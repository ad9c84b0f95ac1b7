// The viewer, on every screen; behind them is a menu of what is theirs.
import { UnstyledButton } from '@mantine/core'
import { IconChevronUp } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'

import { PersonAvatar } from '../design/Avatar'
import { LazyMenu } from '../design/LazyMenu'
import { later } from '../design/later'
import { PersonName, useNameOf } from '../design/PersonName'
import { useMe } from '../session/viewer'
import classes from './MyMenu.module.css'
import type { Dialog } from './Sidebar'

const MyMenuItems = later(async () => (await import('./MyMenuItems')).MyMenuItems)

type Props = { isCompact?: boolean; onDialog: (dialog: Dialog) => void }

export function MyMenu({ isCompact = false, onDialog }: Props) {
  const { t } = useTranslation('app')
  const { user } = useMe()
  const nameOf = useNameOf()
  const button = (
    <UnstyledButton className={classes.me} data-compact={isCompact || undefined}>
      <PersonAvatar person={user} size={isCompact ? 32 : 34} />
      {isCompact ? (
        <span className="sr-only">{t('me', { name: nameOf(user) })}</span>
      ) : (
        <>
          <span className={classes.name}>
            <PersonName person={user} />
          </span>
          <IconChevronUp size={16} aria-hidden />
        </>
      )}
    </UnstyledButton>
  )
  return (
    <LazyMenu button={button}>
      {(target) => <MyMenuItems button={target} isCompact={isCompact} onDialog={onDialog} />}
    </LazyMenu>
  )
}
