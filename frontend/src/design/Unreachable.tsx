// The server does not answer: said in one sentence, with a way to try again.
import { Button, Center, Group, Stack, Text } from '@mantine/core'
import { IconPlugConnectedX } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'

type Props = {
  /** Not the whole screen, but one part of it. */
  isPart?: boolean
  retry: () => void
}

export function Unreachable({ isPart = false, retry }: Props) {
  const { t } = useTranslation('design')
  const again = (
    <Button variant="light" onClick={retry}>
      {t('retry')}
    </Button>
  )
  if (isPart)
    return (
      <Group role="alert" gap="sm" wrap="nowrap">
        <IconPlugConnectedX size={20} stroke={1.5} aria-hidden />
        <Text flex={1} size="sm">
          {t('unreachable')}
        </Text>
        {again}
      </Group>
    )
  return (
    <Center h="100%" p="xl" role="alert">
      <Stack align="center" gap="md">
        <IconPlugConnectedX size={40} stroke={1.5} aria-hidden />
        <Text ta="center">{t('unreachable')}</Text>
        {again}
      </Stack>
    </Center>
  )
}
