// Files from the disk, of the kinds that the server takes.
import { IconPaperclip } from '@tabler/icons-react'
import { useRef } from 'react'
import { useTranslation } from 'react-i18next'

import { IconButton } from '../../design/IconButton'

const ACCEPTED =
  'image/jpeg,image/png,image/webp,image/gif,.txt,.md,.csv,.pdf,.zip,.docx,.xlsx,.pptx,.odt,.ods,.odp,.mp3,.ogg,.m4a,.mp4,.webm'

export function AttachButton({ onFiles }: { onFiles: (files: readonly File[]) => void }) {
  const { t } = useTranslation('room')
  const chooser = useRef<HTMLInputElement>(null)
  return (
    <>
      <input
        ref={chooser}
        type="file"
        multiple
        hidden
        accept={ACCEPTED}
        onChange={({ target }) => {
          onFiles([...(target.files ?? [])])
          target.value = ''
        }}
      />
      <IconButton label={t('composer.attach')} size={40} onClick={() => chooser.current?.click()}>
        <IconPaperclip size={20} aria-hidden />
      </IconButton>
    </>
  )
}
