// The files of a message. Pictures take the room that they will need before they are here, so nothing jumps.
import { Modal, UnstyledButton } from '@mantine/core'
import {
  IconDownload,
  IconFile,
  IconFileMusic,
  IconFileText,
  IconFileZip,
  IconMovie,
} from '@tabler/icons-react'
import { type CSSProperties, useState } from 'react'
import { useTranslation } from 'react-i18next'

import type { AttachmentFieldsFragment } from '../../api/generated'
import { useFormat } from '../../i18n/format'
import classes from './Attachments.module.css'

type Attachment = AttachmentFieldsFragment
type Picture = Attachment & { readonly width: number; readonly height: number }

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

function PictureButton({ picture: { url, name, width, height }, isAlone }: PictureProps) {
  const { t } = useTranslation('room')
  const [isOpen, setOpen] = useState(false)
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
      {isOpen && (
        <Modal
          opened
          onClose={() => setOpen(false)}
          fullScreen
          title={<bdi>{name}</bdi>}
          closeButtonProps={{ 'aria-label': t('close') }}
          classNames={{ content: classes.viewer, body: classes.stage, header: classes.viewer }}
        >
          <a href={url} target="_blank" rel="noopener noreferrer" className={classes.whole}>
            <img src={url} alt={name} width={width} height={height} />
          </a>
        </Modal>
      )}
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
