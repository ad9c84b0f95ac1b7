// An address that leads nowhere, or not this person: what is the matter, and a way back.
import { Button, Center, Stack, Text, Title } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'

import { HOME } from '../app/paths'
import { TeaBowl } from './TeaBowl'

export function Nowhere({ title, about }: { title: string; about?: string }) {
  const { t } = useTranslation('design')
  return (
    <Center h="100%" p="xl">
      <Stack align="center" gap="sm" maw="26rem" ta="center">
        <TeaBowl size={72} />
        <Title order={1} size="h3">
          {title}
        </Title>
        {about && <Text c="dimmed">{about}</Text>}
        <Button component={Link} href={HOME} mt="sm">
          {t('back')}
        </Button>
      </Stack>
    </Center>
  )
}
