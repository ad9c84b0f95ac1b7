// Idempotency keys: what is sent twice with one key is done once. Unlike `randomUUID`, this also works over plain http.
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
