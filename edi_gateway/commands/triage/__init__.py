"""Cases, and documents that a person sends, cancels or replays."""
