"""Who is here now: leases, not history."""
