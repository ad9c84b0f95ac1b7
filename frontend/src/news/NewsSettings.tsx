// What this device tells of other rooms: nothing, until it is asked to.
import { Modal, Stack, Switch, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'

import { useStore } from '../api/store'
import { type Ability, ability, askToNotify, countsInTitle, notifies } from './settings'

export function NewsSettings({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('news')
  const [able, setAble] = useState(ability)
  const isCounting = useStore(countsInTitle)
  const isNotifying = useStore(notifies) && able === 'possible'

  async function toggle(isOn: boolean) {
    if (isOn) setAble(await askToNotify())
    else notifies.set(false)
  }

  const why: Record<Ability, string> = {
    possible: t('notifyAbout'),
    insecure: t('insecure'),
    unsupported: t('unsupported'),
    denied: t('denied'),
  }
  return (
    <Modal opened onClose={onClose} title={t('settings')} closeButtonProps={{ 'aria-label': t('close') }}>
      <Stack gap="lg">
        {able === 'possible' || able === 'denied' ? (
          <Switch
            label={t('notify')}
            description={why[able]}
            checked={isNotifying}
            disabled={able === 'denied'}
            onChange={(event) => void toggle(event.currentTarget.checked)}
          />
        ) : (
          <Text size="sm">{why[able]}</Text>
        )}
        <Switch
          label={t('count')}
          description={t('countAbout')}
          checked={isCounting}
          onChange={(event) => countsInTitle.set(event.currentTarget.checked)}
        />
        <Text size="sm" c="dimmed">
          {t('levels')}
        </Text>
      </Stack>
    </Modal>
  )
}
