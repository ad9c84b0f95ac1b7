"""The domain: rooms, members, messages and the log of what happened. Synchronous, typed, keyword-only."""
