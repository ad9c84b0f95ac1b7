// An address that leads nowhere.
import { Button, Center, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'

import { TeaBowl } from '../design/TeaBowl'
import { HOME } from './paths'

export function NotFound() {
  const { t } = useTranslation('app')
  return (
    <Center h="100%" p="xl">
      <Stack align="center" gap="sm" maw="26rem" ta="center">
        <TeaBowl size={72} />
        <Title order={1} size="h3">
          {t('notFound')}
        </Title>
        <Text c="dimmed">{t('notFoundAbout')}</Text>
        <Button component={Link} href={HOME} mt="sm">
          {t('home')}
        </Button>
      </Stack>
    </Center>
  )
}
