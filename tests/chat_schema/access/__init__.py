"""Who may see and do what, over the whole schema: `needs.py` says what each field needs, the domain's table to whom."""
