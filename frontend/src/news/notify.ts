// News as a notification of the system, if this device was asked for them.
import i18next from 'i18next'
import { navigate } from 'wouter/use-browser-location'

import { roomPath } from '../app/paths'
import { currentLanguage, directionOf } from '../i18n/language'
import type { News } from './news'
import { ability, notifies } from './settings'

export function notify(news: News): void {
  if (!notifies.get() || ability() !== 'possible') return
  const { kind, room, author, body, message } = news
  const names = { name: author.displayName || author.username, room: room.title }
  const title = {
    message: () => i18next.t('news:said', names),
    mention: () => i18next.t('news:mentioned', names),
    whisper: () => i18next.t('news:whispered', names),
  }[kind]
  const language = currentLanguage.get()
  try {
    const shown = new Notification(title(), {
      body: body || i18next.t('news:file'),
      // The newest of a room takes the place of what was there, also if another window of this browser showed it.
      tag: room.id,
      icon: author.avatarUrl ?? `${import.meta.env.BASE_URL}icon-192.png`,
      lang: language,
      dir: directionOf(language),
    })
    shown.onclick = () => {
      window.focus()
      navigate(roomPath(room.address, message ? { message } : undefined))
      shown.close()
    }
  } catch {
    // On phones it takes a service worker, which cannot be there on a LAN.
    notifies.set(false)
  }
}
