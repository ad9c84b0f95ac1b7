// On a narrow page, above the first screen: what stands around the rooms on a wide one.
import { ActionIcon, Group } from '@mantine/core'
import { IconSearch } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'

import { Brand } from './Brand'
import { MyMenu } from './MyMenu'
import type { Dialog } from './Sidebar'
import classes from './TopBar.module.css'

export function TopBar({ onDialog }: { onDialog: (dialog: Dialog) => void }) {
  const { t } = useTranslation('app')
  return (
    <header className={classes.bar}>
      <Brand />
      <Group gap={4} wrap="nowrap">
        <ActionIcon
          size={40}
          variant="subtle"
          color="gray"
          aria-label={t('find')}
          onClick={() => onDialog('find')}
        >
          <IconSearch size={22} />
        </ActionIcon>
        <MyMenu isCompact onDialog={onDialog} />
      </Group>
    </header>
  )
}
