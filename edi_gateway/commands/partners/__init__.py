"""Partners published, drafts of them checked, users."""
