// The viewer's own profile: what others see of them, their language, and the keys to their account.
import { useTranslation } from 'react-i18next'
import { useQuery } from 'urql'

import { ProfileScreenDocument } from '../api/generated'
import { Loading } from '../design/Loading'
import { Page } from '../design/Page'
import { Unreachable } from '../design/Unreachable'
import { AccountSection } from './AccountSection'
import { AvatarSection } from './AvatarSection'
import { BlockedSection } from './BlockedSection'
import { DeleteSection } from './DeleteSection'
import { PasswordSection } from './PasswordSection'
import { TokensSection } from './TokensSection'

export function Profile() {
  const { t } = useTranslation('profile')
  const [{ data, fetching }, ask] = useQuery({
    query: ProfileScreenDocument,
    requestPolicy: 'cache-and-network',
  })
  const viewer = data?.viewer
  if (!viewer) return fetching ? <Loading /> : <Unreachable retry={() => ask()} />
  return (
    <Page title={t('title')}>
      <AvatarSection user={viewer.user} />
      <AccountSection viewer={viewer} />
      <PasswordSection />
      <TokensSection tokens={viewer.tokens} />
      <BlockedSection blocked={viewer.blocked} />
      <DeleteSection />
    </Page>
  )
}
