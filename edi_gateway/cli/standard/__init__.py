"""Commands that need no database: files, guides, mappings and the standard itself."""
