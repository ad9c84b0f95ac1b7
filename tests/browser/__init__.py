"""GraphiQL in a real Chromium. A pytest run of its own (`make browser`): Playwright leaves no room for asyncio."""
