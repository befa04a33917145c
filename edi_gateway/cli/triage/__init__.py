"""Commands about what needs a person: cases and their causes, fixes, replays, and what is to become better."""
