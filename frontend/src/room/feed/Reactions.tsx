// Who reacted to a message, and with what. A click adds one's own, or takes it back.
import { UnstyledButton } from '@mantine/core'
import { useTranslation } from 'react-i18next'

import { useNameOf } from '../../design/PersonName'
import { useFormat } from '../../i18n/format'
import classes from './Reactions.module.css'
import { type Marks, reactionsOf } from './reactions'
import type { Message, Person } from './state'
import { useFeedTools } from './tools'

type Props = {
  message: Message
  people: ReadonlyMap<string, Person>
  viewer: string
  mine: Marks | undefined
  wishes: Marks | undefined
  canReact: boolean
}

export function Reactions(props: Props) {
  const shown = reactionsOf(props.message, props.viewer, props.mine, props.wishes)
  return shown.length > 0 ? <Buttons {...props} shown={shown} /> : null
}

type Shown = { shown: ReturnType<typeof reactionsOf> }

function Buttons({ shown, message, people, canReact }: Props & Shown) {
  const { t } = useTranslation('room')
  const { number } = useFormat()
  const nameOf = useNameOf()
  const { react } = useFeedTools()
  return (
    <fieldset className={classes.reactions} aria-label={t('reactions.title')}>
      {shown.map(({ emoji, count, isMine, people: users }) => {
        const named = users.map((user) => `\u2068${nameOf(people.get(user.id) ?? user)}\u2069`)
        const names = isMine ? [t('reactions.you'), ...named] : named
        const others = count - names.length
        const list = names.join(t('reactions.separator'))
        const who = others > 0 ? t('reactions.more', { names: list, count: others }) : list
        return (
          <UnstyledButton
            key={emoji}
            className={classes.reaction}
            data-tip={who}
            data-mine={isMine || undefined}
            aria-pressed={isMine}
            aria-label={t('reactions.one', { emoji, number: number(count), who })}
            disabled={!canReact}
            onClick={() => react(message, emoji, !isMine)}
          >
            <span aria-hidden>{emoji}</span>
            <span className={classes.count}>{number(count)}</span>
          </UnstyledButton>
        )
      })}
    </fieldset>
  )
}
