"""Sets and interchanges of our own."""
