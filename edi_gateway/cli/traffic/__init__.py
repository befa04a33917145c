"""Commands about what comes and goes, and about those it comes from."""
