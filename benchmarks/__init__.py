"""How fast it is: what a start, a document, a search and an event cost, beside something else that was run at once."""
