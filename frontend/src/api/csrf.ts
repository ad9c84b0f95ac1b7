// What Django wants to see beside a cookie: the token that it has set as another one.
export function csrfToken(cookies: string): string | undefined {
  return /(?:^|;\s*)csrftoken=([^;]+)/.exec(cookies)?.[1]
}
