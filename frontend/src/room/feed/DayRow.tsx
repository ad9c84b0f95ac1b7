// The day that begins, where the reader is.
import { useFormat } from '../../i18n/format'
import classes from './Row.module.css'

export function DayRow({ at }: { at: Date }) {
  const format = useFormat()
  return (
    <div className={classes.line}>
      <time dateTime={dateOf(at)}>{format.day(at)}</time>
    </div>
  )
}

/** As machines read it; `toISOString` would say what day it is in Greenwich. */
function dateOf(at: Date): string {
  const parts = [at.getFullYear(), at.getMonth() + 1, at.getDate()]
  return parts.map((part) => String(part).padStart(2, '0')).join('-')
}
