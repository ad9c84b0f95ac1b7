// The server does not answer: said in one sentence, with a way to try again.
import { Button, Center, Stack, Text } from '@mantine/core'
import { IconPlugConnectedX } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'

export function Unreachable({ retry }: { retry: () => void }) {
  const { t } = useTranslation('design')
  return (
    <Center h="100%" p="xl" role="alert">
      <Stack align="center" gap="md">
        <IconPlugConnectedX size={40} stroke={1.5} aria-hidden />
        <Text ta="center">{t('unreachable')}</Text>
        <Button variant="light" onClick={retry}>
          {t('retry')}
        </Button>
      </Stack>
    </Center>
  )
}
