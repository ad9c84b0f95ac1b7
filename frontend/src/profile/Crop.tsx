// Cuts a square out of a picture, by pointer or by keys, and shows it as small and round as others will see it.
import { Button, Group, Slider, Stack, Text } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import Cropper, { type Area } from 'react-easy-crop'
import { useTranslation } from 'react-i18next'

import classes from './Crop.module.css'

/** Pixels of the picture that is sent: more than it is ever shown with. */
const SIDE = 512

type Props = {
  file: File
  busy: boolean
  onDone(square: File): void
  onCancel(): void
}

export function Crop({ file, busy, onDone, onCancel }: Props) {
  const { t } = useTranslation('profile')
  const [source, setSource] = useState<string>()
  const [isUnreadable, setUnreadable] = useState(false)
  const [crop, setCrop] = useState({ x: 0, y: 0 })
  const [zoom, setZoom] = useState(1)
  const [area, setArea] = useState<Area>()
  const [picture, setPicture] = useState<HTMLImageElement>()
  const preview = useRef<HTMLCanvasElement>(null)

  useEffect(() => {
    // A data URL: the policy of the page lets no other in.
    const reader = new FileReader()
    reader.onload = () => setSource(String(reader.result))
    reader.onerror = () => setUnreadable(true)
    reader.readAsDataURL(file)
    return () => reader.abort()
  }, [file])

  useEffect(() => {
    if (!source) return
    const image = new Image()
    image.onload = () => setPicture(image)
    image.onerror = () => setUnreadable(true)
    image.src = source
  }, [source])

  useEffect(() => {
    // Either may be the first to be there.
    if (area && picture && preview.current) draw(preview.current, picture, area)
  }, [area, picture])

  async function done() {
    if (!area || !picture) return
    const canvas = document.createElement('canvas')
    canvas.width = canvas.height = SIDE
    draw(canvas, picture, area)
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'))
    if (blob) onDone(new File([blob], 'avatar.png', { type: blob.type }))
  }

  if (isUnreadable)
    return (
      <Group>
        <Text role="alert">{t('avatar.unreadable')}</Text>
        <Button variant="default" onClick={onCancel}>
          {t('cancel')}
        </Button>
      </Group>
    )
  return (
    <Stack>
      <div className={classes.stage} dir="ltr">
        {source && (
          <Cropper
            image={source}
            crop={crop}
            zoom={zoom}
            aspect={1}
            cropShape="round"
            showGrid={false}
            onCropChange={setCrop}
            onZoomChange={setZoom}
            onCropComplete={(_, pixels) => setArea(pixels)}
            cropperProps={{ role: 'group', 'aria-label': t('avatar.move') }}
            mediaProps={{ alt: '' }}
          />
        )}
      </div>
      <Group>
        <canvas ref={preview} className={classes.preview} width={80} height={80} aria-hidden />
        <Slider
          flex={1}
          aria-label={t('avatar.zoom')}
          thumbLabel={t('avatar.zoom')}
          min={1}
          max={4}
          step={0.05}
          label={null}
          value={zoom}
          onChange={setZoom}
        />
      </Group>
      <Group>
        <Button onClick={done} loading={busy} disabled={!area || !picture}>
          {t('avatar.use')}
        </Button>
        <Button variant="default" onClick={onCancel}>
          {t('cancel')}
        </Button>
      </Group>
    </Stack>
  )
}

function draw(canvas: HTMLCanvasElement, image: HTMLImageElement, { x, y, width, height }: Area): void {
  const context = canvas.getContext('2d')
  context?.clearRect(0, 0, canvas.width, canvas.height)
  context?.drawImage(image, x, y, width, height, 0, 0, canvas.width, canvas.height)
}
