// What is the viewer's on every screen: profile, language, colours, notifications, the way out.
import { Menu, useMantineColorScheme } from '@mantine/core'
import { IconBell, IconKeyboard, IconLogout, IconSchema, IconUserCircle } from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'

import { act } from '../api/act'
import { ChooseLanguageDocument, type Locale, LogOutDocument } from '../api/generated'
import { useStore } from '../api/store'
import type { MenuButton } from '../design/LazyMenu'
import { tell } from '../design/notices'
import { OpenedMenu } from '../design/OpenedMenu'
import { currentLanguage, LANGUAGES, type Language, NAMES, speak } from '../i18n/language'
import { leave } from '../session/leave'
import { useMe } from '../session/viewer'
import classes from './MyMenu.module.css'
import { EXPLORER, PROFILE } from './paths'
import type { Dialog } from './Sidebar'

type Props = { button: MenuButton; isCompact: boolean; onDialog: (dialog: Dialog) => void }

export function MyMenuItems({ button, isCompact, onDialog }: Props) {
  const { t } = useTranslation('app')
  const { user } = useMe()
  const language = useStore(currentLanguage)
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  return (
    <OpenedMenu
      button={button}
      className={classes.dropdown}
      position={isCompact ? 'bottom-end' : 'top-start'}
      width={240}
    >
      <Menu.Item component={Link} href={PROFILE} leftSection={<IconUserCircle size={18} />}>
        {t('profile')}
      </Menu.Item>
      <Menu.Item leftSection={<IconBell size={18} />} onClick={() => onDialog('news')}>
        {t('notifications')}
      </Menu.Item>
      <Menu.Item leftSection={<IconKeyboard size={18} />} onClick={() => onDialog('keyboard')}>
        {t('keyboard')}
      </Menu.Item>
      <Menu.Item component="a" href={EXPLORER} leftSection={<IconSchema size={18} />}>
        {t('explorer')}
      </Menu.Item>
      <Menu.Divider />
      <Menu.Label>{t('language')}</Menu.Label>
      <Menu.RadioGroup value={language} onChange={(value) => void choose(value as Language)}>
        {LANGUAGES.map((each) => (
          <Menu.RadioItem key={each} value={each} lang={each} closeMenuOnClick>
            {NAMES[each]}
          </Menu.RadioItem>
        ))}
      </Menu.RadioGroup>
      <Menu.Divider />
      <Menu.Label>{t('colours')}</Menu.Label>
      <Menu.RadioGroup value={colorScheme} onChange={(value) => setColorScheme(value as typeof colorScheme)}>
        <Menu.RadioItem value="auto" closeMenuOnClick>
          {t('auto')}
        </Menu.RadioItem>
        <Menu.RadioItem value="light" closeMenuOnClick>
          {t('light')}
        </Menu.RadioItem>
        <Menu.RadioItem value="dark" closeMenuOnClick>
          {t('dark')}
        </Menu.RadioItem>
      </Menu.RadioGroup>
      <Menu.Divider />
      <Menu.Item leftSection={<IconLogout size={18} />} onClick={() => void logOut(user.id)}>
        {t('logOut')}
      </Menu.Item>
    </OpenedMenu>
  )
}

/** The page speaks it at once; the profile remembers it for other devices, and for what the server says. */
async function choose(language: Language): Promise<void> {
  await speak(language)
  const locale = language.toUpperCase() as Locale
  const { problem } = await act(ChooseLanguageDocument, { input: { locale } })
  if (problem) tell(problem.detail)
}

async function logOut(viewer: string): Promise<void> {
  const { problem } = await act(LogOutDocument, {})
  if (problem && problem.code !== 'UNAUTHENTICATED') tell(problem.detail)
  else leave(viewer)
}
