"""The server: transport, fan-out engine and domain. `docs/architecture.md` draws it."""
