// In the place of a screen that could not be loaded or drawn. Where the server has another build by now, a page that is
// loaded anew has it, too.
import { Button, Center, Stack, Text } from '@mantine/core'
import { Component, type ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

type Props = {
  /** Where the page is: elsewhere there is another chance. */
  at: string
  children: ReactNode
}

export class Boundary extends Component<Props, { isBroken: boolean }> {
  override state = { isBroken: false }

  static getDerivedStateFromError() {
    return { isBroken: true }
  }

  override componentDidUpdate({ at }: Props) {
    if (this.state.isBroken && at !== this.props.at) this.setState({ isBroken: false })
  }

  override render() {
    return this.state.isBroken ? <NotShown /> : this.props.children
  }
}

function NotShown() {
  const { t } = useTranslation('app')
  return (
    <Center h="100%" p="xl" role="alert">
      <Stack align="center" gap="md">
        <Text ta="center">{t('notShown')}</Text>
        <Button variant="light" onClick={() => location.reload()}>
          {t('loadAnew')}
        </Button>
      </Stack>
    </Center>
  )
}
