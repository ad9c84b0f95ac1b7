// One message in its bubble, with what can be done to it. It is drawn anew only when something of it has changed.
import { IconTrash } from '@tabler/icons-react'
import { type CSSProperties, memo, type PointerEvent, Suspense, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Link } from 'wouter'

import { personPath } from '../../app/paths'
import { PersonAvatar } from '../../design/Avatar'
import { hueOf } from '../../design/initials'
import { later } from '../../design/later'
import { PersonName, useNameOf } from '../../design/PersonName'
import { useFormat } from '../../i18n/format'
import type { OpenMenu } from './Actions'
import { Aside } from './Aside'
import { Attachments } from './Attachments'
import { MessageBody } from './MessageBody'
import { Quote } from './Quote'
import { Reactions } from './Reactions'
import classes from './Row.module.css'
import type { Marks } from './reactions'
import { pressed, type RowKeys } from './rowKeys'
import type { Message, Person } from './state'
import { type Abilities, useFeedTools } from './tools'
import { useNear } from './useNear'

const Actions = later(async () => (await import('./Actions')).Actions)
const EditBox = later(async () => (await import('./EditBox')).EditBox)

type Props = {
  message: Message
  /** As they are called now. */
  author: Person
  people: ReadonlyMap<string, Person>
  /** What it answers, as that is now. */
  quoted: Pick<Message, 'id' | 'body' | 'deletedAt' | 'author'> | null
  viewer: string
  mine: Marks | undefined
  wishes: Marks | undefined
  /** The first of some messages that one person sent one after the other. */
  isFirst: boolean
  /** The one that is reached by Tab. */
  isStop: boolean
  isEditing: boolean
  /** Somebody was led here. */
  isLit: boolean
  canWrite: boolean
  canModerate: boolean
  isAuthorOnline: boolean
  onSaved: (message: Message) => void
}

const LONG_PRESS_MS = 450

export const MessageRow = memo(function MessageRow(props: Props) {
  const { message, author, quoted, viewer, mine, wishes, isFirst, isStop, isEditing, isLit } = props
  const { t } = useTranslation('room')
  const format = useFormat()
  const nameOf = useNameOf()
  const tools = useFeedTools()
  const [isNear, nearEvents] = useNear()
  const [open, setOpen] = useState<OpenMenu>('none')
  const press = useRef<ReturnType<typeof setTimeout>>(undefined)

  const isOwn = author.id === viewer
  const isGone = message.deletedAt !== null
  const at = new Date(message.sentAt)
  const can: Abilities = {
    canWrite: props.canWrite,
    canEdit: isOwn && !isGone && props.canWrite,
    canDelete: !isGone && (isOwn || props.canModerate),
    canWhisper: !isOwn && props.canWrite && props.isAuthorOnline,
  }

  const more = () => setOpen('more')
  const keys: RowKeys = {
    r: can.canWrite && !isGone && (() => tools.reply(message)),
    e: can.canEdit && (() => tools.edit(message)),
    c: !isGone && (() => tools.copyLink(message)),
    '+': can.canWrite && !isGone && (() => setOpen('emoji')),
    Delete: can.canDelete && (() => tools.remove(message)),
    Backspace: can.canDelete && (() => tools.remove(message)),
    Enter: more,
    ContextMenu: more,
  }

  function onPointerDown(event: PointerEvent) {
    if (event.pointerType === 'touch') press.current = setTimeout(() => setOpen('more'), LONG_PRESS_MS)
  }
  const onPointerEnd = () => clearTimeout(press.current)

  function stopEditing() {
    tools.edit(null)
    tools.focus(message.id)
  }

  const meta = (
    <Aside>
      {message.editedAt && !isGone && (
        <span title={format.moment(new Date(message.editedAt))}>{t('message.edited')}</span>
      )}
      <time dateTime={message.sentAt} title={format.moment(at)}>
        {format.time(at)}
      </time>
    </Aside>
  )

  return (
    <article
      className={classes.row}
      data-row={message.id}
      data-message={message.id}
      data-own={isOwn || undefined}
      data-first={isFirst || undefined}
      data-lit={isLit || undefined}
      tabIndex={isStop ? 0 : -1}
      aria-label={t('message.label', { name: nameOf(author), time: format.time(at) })}
      onKeyDown={(event) => pressed(event, keys)}
      {...nearEvents}
      onPointerDown={onPointerDown}
      onPointerUp={onPointerEnd}
      onPointerMove={onPointerEnd}
      onPointerCancel={onPointerEnd}
    >
      {!isOwn && (
        <div className={classes.face}>
          {isFirst &&
            (author.username ? (
              <Link href={personPath(author.username)} tabIndex={-1} aria-hidden>
                <PersonAvatar person={author} size={36} />
              </Link>
            ) : (
              <PersonAvatar person={author} size={36} />
            ))}
        </div>
      )}
      <div className={classes.bubble} data-gone={isGone || undefined}>
        {isFirst && !isOwn && (
          <div className={classes.author} style={{ '--hue': hueOf(author.id) } as CSSProperties}>
            <PersonName person={author} />
          </div>
        )}
        {isEditing ? (
          <Suspense fallback={<MessageBody body={message.body} viewer={viewer} />}>
            <EditBox message={message} onSaved={props.onSaved} onEnd={stopEditing} />
          </Suspense>
        ) : isGone ? (
          <p className={classes.gone}>
            <IconTrash size={14} stroke={1.6} aria-hidden /> {t('message.deleted')} {meta}
          </p>
        ) : (
          <>
            {quoted && (
              <Quote
                message={quoted}
                author={props.people.get(quoted.author.id) ?? quoted.author}
                onOpen={tools.jump}
              />
            )}
            <Attachments attachments={message.attachments} />
            <MessageBody body={message.body} mentions={message.mentions} viewer={viewer}>
              {meta}
            </MessageBody>
            <Reactions
              message={message}
              people={props.people}
              viewer={viewer}
              mine={mine}
              wishes={wishes}
              canReact={can.canWrite}
            />
          </>
        )}
        {(isNear || open !== 'none') && !isEditing && (
          <div className={classes.actions}>
            <Suspense>
              <Actions message={message} author={author} can={can} mine={mine} open={open} onOpen={setOpen} />
            </Suspense>
          </div>
        )}
      </div>
    </article>
  )
})
