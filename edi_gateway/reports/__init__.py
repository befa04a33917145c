"""Every reading for lists, screens and exports: plain SQL in, frozen rows out; nothing is written here."""
