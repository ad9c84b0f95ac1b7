// The files that will go with the message: how far each is, what was wrong with it, and a way to take it out again.
import { IconFile, IconRefresh, IconX } from '@tabler/icons-react'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'

import { IconButton } from '../../design/IconButton'
import { useFormat } from '../../i18n/format'
import type { Tray, Upload } from './Tray'
import classes from './Uploads.module.css'

type Props = {
  tray: Tray
  uploads: readonly Upload[]
  /** One has been taken out, with the button for it. */
  onRemoved: () => void
}

export const Uploads = memo(function Uploads({ tray, uploads, onRemoved }: Props) {
  const { t } = useTranslation('room')
  if (uploads.length === 0) return null
  return (
    <ul className={classes.tray} aria-label={t('composer.files')}>
      {uploads.map((upload) => (
        <UploadItem key={upload.id} tray={tray} upload={upload} onRemoved={onRemoved} />
      ))}
    </ul>
  )
})

type ItemProps = Omit<Props, 'uploads'> & { upload: Upload }

function UploadItem({ tray, upload, onRemoved }: ItemProps) {
  const { t } = useTranslation('room')
  const format = useFormat()
  const { id, file, state, share, thumbnail, detail, mayRetry } = upload
  const isUnderWay = state === 'waiting' || state === 'uploading'
  return (
    <li className={classes.upload} data-state={state}>
      <div className={classes.picture}>
        {thumbnail ? <img src={thumbnail} alt="" /> : <IconFile size={20} aria-hidden />}
      </div>
      <div className={classes.words}>
        <div className={classes.name} dir="auto" title={file.name}>
          {file.name}
        </div>
        <div className={classes.about} role={state === 'refused' ? 'alert' : undefined}>
          {state === 'refused'
            ? detail
            : state === 'uploading'
              ? t('composer.uploaded', { percent: format.percent(share), size: format.bytes(file.size) })
              : format.bytes(file.size)}
        </div>
        {isUnderWay && (
          <progress
            className={classes.progress}
            value={share}
            aria-label={t('composer.uploading', { name: file.name })}
          />
        )}
      </div>
      {state === 'refused' && mayRetry && (
        <IconButton
          label={t('composer.retryFile', { name: file.name })}
          size={40}
          onClick={() => tray.retry(id)}
        >
          <IconRefresh size={18} aria-hidden />
        </IconButton>
      )}
      <IconButton
        label={
          isUnderWay
            ? t('composer.cancelFile', { name: file.name })
            : t('composer.removeFile', { name: file.name })
        }
        size={40}
        onClick={() => {
          tray.remove(id)
          onRemoved()
        }}
      >
        <IconX size={18} aria-hidden />
      </IconButton>
    </li>
  )
}
