"""Master data: customers, items, prices, cross-references, imports, and the facts that judging asks for."""
