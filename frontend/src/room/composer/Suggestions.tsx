// People to choose from while a name is written. The keyboard stays in the text: it says which of them is chosen.
import { useTranslation } from 'react-i18next'

import type { PersonFragment } from '../../api/generated'
import { PersonAvatar } from '../../design/Avatar'
import { PersonName } from '../../design/PersonName'
import classes from './Suggestions.module.css'

type Props = {
  id: string
  people: readonly PersonFragment[]
  isOnline: (id: string) => boolean
  active: number
  onPick: (person: PersonFragment) => void
}

export function Suggestions({ id, people, isOnline, active, onPick }: Props) {
  const { t } = useTranslation('room')
  return (
    <div id={id} className={classes.list} role="listbox" aria-label={t('composer.people')}>
      {people.map((person, index) => (
        // biome-ignore lint/a11y/useFocusableInteractive: the text keeps the focus, and names it by aria-activedescendant
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are listened to in the text
        <div
          key={person.id}
          id={optionId(id, index)}
          className={classes.option}
          role="option"
          aria-selected={index === active}
          // The caret has to stay where it is.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onPick(person)}
        >
          <PersonAvatar person={person} size={28} isOnline={isOnline(person.id)} />
          <span className={classes.name}>
            <PersonName person={person} />
          </span>
          <bdi className={classes.username}>@{person.username}</bdi>
        </div>
      ))}
    </div>
  )
}

export function optionId(list: string, index: number): string {
  return `${list}-${index}`
}
