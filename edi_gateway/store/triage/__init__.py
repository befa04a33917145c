"""Rooms of triage: the counts of causes, who watches and is mentioned, what is to become better."""
