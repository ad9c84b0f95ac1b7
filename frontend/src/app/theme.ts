// The house's colours and type, on Mantine's components. Pairs of text and ground that are used keep AA contrast.
import { createTheme, type MantineColorsTuple } from '@mantine/core'

// The bowl of the sign: from its steam to its shadow.
const tea: MantineColorsTuple = [
  '#e8f7f4',
  '#d0ebe6',
  '#a4d8cf',
  '#74c3b6',
  '#4cb0a1',
  '#2b9c8c',
  '#14887a',
  '#0f766e',
  '#0c625b',
  '#084a45',
]

export const theme = createTheme({
  colors: { tea },
  primaryColor: 'tea',
  primaryShade: 7,
  autoContrast: true,
  luminanceThreshold: 0.22,
  defaultRadius: 'md',
  focusRing: 'auto',
  respectReducedMotion: true,
  fontFamily: "'Inter Variable', 'Vazirmatn Variable', 'Noto Sans Georgian Variable', system-ui, sans-serif",
  // Whoever opens a menu by the keyboard is at its first item; and a menu has nothing in it but items.
  components: { Menu: { defaultProps: { withInitialFocusPlaceholder: false } } },
  headings: { fontWeight: '650' },
})
