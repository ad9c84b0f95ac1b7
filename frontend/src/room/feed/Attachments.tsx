// The files of a message. Pictures take the room that they will need before they are here, so nothing jumps.
import { UnstyledButton } from '@mantine/core'
import {
  IconDownload,
  IconFile,
  IconFileMusic,
  IconFileText,
  IconFileZip,
  IconMovie,
} from '@tabler/icons-react'
import { type CSSProperties, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { AttachmentFieldsFragment } from '../../api/generated'
import { later } from '../../design/later'
import { useFormat } from '../../i18n/format'
import classes from './Attachments.module.css'
import type { Picture } from './PictureViewer'

type Attachment = AttachmentFieldsFragment

const PictureViewer = later(async () => (await import('./PictureViewer')).PictureViewer)

export function Attachments({ attachments }: { attachments: readonly Attachment[] }) {
  if (!attachments.length) return null
  const pictures = attachments.filter(isPicture)
  const files = attachments.filter((attachment) => !isPicture(attachment))
  return (
    <div className={classes.attachments}>
      {pictures.length > 0 && (
        <div className={classes.pictures}>
          {pictures.map((picture) => (
            <PictureButton key={picture.id} picture={picture} isAlone={pictures.length === 1} />
          ))}
        </div>
      )}
      {files.map((file) => (
        <FileLink key={file.id} file={file} />
      ))}
    </div>
  )
}

function isPicture(attachment: Attachment): attachment is Picture {
  return attachment.width !== null && attachment.height !== null
}

type PictureProps = {
  picture: Picture
  /** Shown as it is; else one of some that are all cut to one size. */
  isAlone: boolean
}

function PictureButton({ picture, isAlone }: PictureProps) {
  const { t } = useTranslation('room')
  const [isOpen, setOpen] = useState(false)
  const { url, name, width, height } = picture
  const ratio = width / height
  return (
    <>
      <UnstyledButton
        className={classes.picture}
        style={isAlone ? ({ '--wide': `${width}px`, '--ratio': ratio } as CSSProperties) : undefined}
        aria-label={t('attachment.open', { name })}
        onClick={() => setOpen(true)}
      >
        <img src={url} alt="" loading="lazy" decoding="async" draggable={false} />
      </UnstyledButton>
      <Suspense>{isOpen && <PictureViewer picture={picture} onClose={() => setOpen(false)} />}</Suspense>
    </>
  )
}

function FileLink({ file: { url, name, mediaType, bytes } }: { file: Attachment }) {
  const format = useFormat()
  const Icon = iconOf(mediaType)
  return (
    <a className={classes.file} href={url} download={name}>
      <Icon size={28} stroke={1.4} aria-hidden />
      <span className={classes.what}>
        <bdi className={classes.name}>{name}</bdi>
        <span className={classes.size}>{format.bytes(bytes)}</span>
      </span>
      <IconDownload size={18} stroke={1.6} aria-hidden />
    </a>
  )
}

function iconOf(mediaType: string): typeof IconFile {
  if (mediaType.startsWith('audio/')) return IconFileMusic
  if (mediaType.startsWith('video/')) return IconMovie
  if (mediaType.endsWith('zip')) return IconFileZip
  return mediaType.startsWith('text/') || mediaType.endsWith('pdf') ? IconFileText : IconFile
}
