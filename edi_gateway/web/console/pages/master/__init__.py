"""Master data: lists with search, a row's history, names that nothing is known of, CSV imports."""
