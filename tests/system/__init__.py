"""The product as people run it: two server processes, PostgreSQL, Redis, and clients of the kind they use."""
