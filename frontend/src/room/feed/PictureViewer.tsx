// A picture as large as the page allows.
import { Modal } from '@mantine/core'
import { useTranslation } from 'react-i18next'

import type { AttachmentFieldsFragment } from '../../api/generated'
import { useReturnFocus } from '../../design/useReturnFocus'
import classes from './Attachments.module.css'

export type Picture = AttachmentFieldsFragment & { readonly width: number; readonly height: number }

type Props = { picture: Picture; onClose: () => void }

export function PictureViewer({ picture: { url, name, width, height }, onClose }: Props) {
  const { t } = useTranslation('room')
  useReturnFocus()
  return (
    <Modal
      opened
      onClose={onClose}
      fullScreen
      title={<bdi>{name}</bdi>}
      closeButtonProps={{ 'aria-label': t('close') }}
      classNames={{ content: classes.viewer, body: classes.stage, header: classes.viewer }}
    >
      <a href={url} target="_blank" rel="noopener noreferrer" className={classes.whole}>
        <img src={url} alt={name} width={width} height={height} />
      </a>
    </Modal>
  )
}
