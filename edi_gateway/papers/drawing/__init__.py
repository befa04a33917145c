"""How papers are drawn: letters, bar codes, pages, tables. Knows nothing of what stands on them."""
