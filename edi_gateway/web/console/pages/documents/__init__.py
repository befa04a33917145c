"""Documents and interchanges both ways, found by numbers and words; acknowledgments; the ledger of control numbers."""
