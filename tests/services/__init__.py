"""Real services for tests: Redis, PostgreSQL, a TCP proxy that misbehaves on demand, and our own server.

Each is looked for in the environment, then on PATH, then in a wheel; what cannot be had fails the test with one
sentence that says what to install. Nothing is skipped.
"""
