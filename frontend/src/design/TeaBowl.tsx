// The sign of the house. It stands beside words, or for decoration.
export function TeaBowl({ size }: { size: number }) {
  return (
    <svg
      viewBox="0 0 32 32"
      width={size}
      height={size}
      fill="none"
      strokeWidth={1.8}
      strokeLinecap="round"
      aria-hidden
    >
      <path d="M12 4c-2 2 2 4 0 7M16 3c-2 2.5 2 5 0 8M20 4c-2 2 2 4 0 7" stroke="#a8a29e" />
      <path d="M4 14h24c0 6-3.5 10-8 11.5V27h-8v-1.5C7.5 24 4 20 4 14z" fill="var(--bowl)" />
      <path d="M7.8 17h16.5" stroke="#fbbf24" strokeDasharray="0.1 4" />
      <path d="M7 29h18" stroke="var(--bowl)" strokeWidth={2} />
    </svg>
  )
}
