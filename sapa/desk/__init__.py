"""Every act on a ticket: one function, one act, one transaction."""
