// What the keyboard does here, listed; and a way to do without single keys.
import { Group, Kbd, Modal, Stack, Switch, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'

import { useStore } from '../api/store'
import classes from './KeyboardHelp.module.css'
import { keysShown, shortcuts, singleKeys } from './shortcuts'

export function KeyboardHelp({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('app')
  // Of two that are registered alike, one is listed.
  const listed = new Map(useStore(shortcuts).map((each) => [`${each.keys} ${each.label}`, each]))
  return (
    <Modal opened onClose={onClose} title={t('keyboard')} closeButtonProps={{ 'aria-label': t('close') }}>
      <Stack gap="lg">
        <dl className={classes.list}>
          {[...listed.values()].map(({ keys, label }) => (
            <div key={`${keys} ${label}`} className={classes.row}>
              <dt>{label}</dt>
              <Group component="dd" gap={4} wrap="nowrap" m={0} dir="ltr">
                {keysShown(keys).map((key) => (
                  <Kbd key={key}>{key}</Kbd>
                ))}
              </Group>
            </div>
          ))}
        </dl>
        <Switch
          label={t('singleKeys')}
          checked={useStore(singleKeys)}
          onChange={(event) => singleKeys.set(event.currentTarget.checked)}
        />
        <Text size="sm" c="dimmed">
          {t('keyboardTab')}
        </Text>
      </Stack>
    </Modal>
  )
}
