// What can be done to a message: the bar beside it, and the menu behind its last button.
import { ActionIcon, Menu, Popover } from '@mantine/core'
import {
  IconArrowBackUp,
  IconDots,
  IconEyeOff,
  IconLink,
  IconMoodPlus,
  IconPencil,
  IconTrash,
  IconUser,
} from '@tabler/icons-react'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'wouter'

import { personPath } from '../../app/paths'
import { IconButton } from '../../design/IconButton'
import classes from './Actions.module.css'
import { EmojiPicker } from './EmojiPicker'
import type { Marks } from './reactions'
import type { Message, Person } from './state'
import { type Abilities, useFeedTools } from './tools'

export type OpenMenu = 'none' | 'more' | 'emoji'

type Props = {
  message: Message
  author: Person
  can: Abilities
  mine: Marks | undefined
  open: OpenMenu
  onOpen: (open: OpenMenu) => void
}

export function Actions({ message, author, can, mine, open, onOpen }: Props) {
  const { t } = useTranslation('room')
  const [, go] = useLocation()
  const tools = useFeedTools()
  const isGone = message.deletedAt !== null

  /** Whoever closes what they opened is where they were. */
  const set = (next: OpenMenu) => {
    if (next === 'none') tools.focus(message.id)
    onOpen(next)
  }
  const pick = (emoji: string) => {
    set('none')
    tools.react(message, emoji, mine?.get(emoji) !== true)
  }

  return (
    <div className={classes.bar}>
      {can.canWrite && !isGone && (
        <>
          <Popover
            opened={open === 'emoji'}
            onChange={(isOpen) => set(isOpen ? 'emoji' : 'none')}
            position="top"
            trapFocus
            withinPortal
            shadow="md"
          >
            <Popover.Target>
              <IconButton
                label={t('action.react')}
                aria-expanded={open === 'emoji'}
                onClick={() => set(open === 'emoji' ? 'none' : 'emoji')}
              >
                <IconMoodPlus size={18} stroke={1.6} />
              </IconButton>
            </Popover.Target>
            <Popover.Dropdown p={6}>
              <EmojiPicker onPick={pick} />
            </Popover.Dropdown>
          </Popover>
          <IconButton label={t('action.reply')} onClick={() => tools.reply(message)}>
            <IconArrowBackUp className={classes.directed} size={18} stroke={1.6} />
          </IconButton>
        </>
      )}
      <Menu
        withInitialFocusPlaceholder={false}
        opened={open === 'more'}
        onChange={(isOpen) => set(isOpen ? 'more' : 'none')}
        position="bottom-end"
        shadow="md"
      >
        <Menu.Target>
          <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('action.more')}>
            <IconDots size={18} stroke={1.6} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          {can.canWrite && !isGone && (
            <>
              <Menu.Item
                leftSection={<IconArrowBackUp className={classes.directed} size={16} />}
                rightSection={<kbd>R</kbd>}
                onClick={() => tools.reply(message)}
              >
                {t('action.reply')}
              </Menu.Item>
              <Menu.Item
                leftSection={<IconMoodPlus size={16} />}
                rightSection={<kbd>+</kbd>}
                closeMenuOnClick={false}
                onClick={() => onOpen('emoji')}
              >
                {t('action.react')}
              </Menu.Item>
            </>
          )}
          {can.canEdit && (
            <Menu.Item
              leftSection={<IconPencil size={16} />}
              rightSection={<kbd>E</kbd>}
              onClick={() => tools.edit(message)}
            >
              {t('action.edit')}
            </Menu.Item>
          )}
          {!isGone && (
            <Menu.Item
              leftSection={<IconLink size={16} />}
              rightSection={<kbd>C</kbd>}
              onClick={() => tools.copyLink(message)}
            >
              {t('action.copyLink')}
            </Menu.Item>
          )}
          {can.canWhisper && (
            <Menu.Item leftSection={<IconEyeOff size={16} />} onClick={() => tools.whisper(author)}>
              {t('action.whisper')}
            </Menu.Item>
          )}
          {author.username && (
            <Menu.Item leftSection={<IconUser size={16} />} onClick={() => go(personPath(author.username))}>
              {t('action.profile')}
            </Menu.Item>
          )}
          {can.canDelete && (
            <Menu.Item
              c="var(--wrong)"
              leftSection={<IconTrash size={16} />}
              rightSection={<kbd>⌫</kbd>}
              onClick={() => tools.remove(message)}
            >
              {t('action.delete')}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
    </div>
  )
}
