"""Stock by site: imports, counts, supply that comes."""
