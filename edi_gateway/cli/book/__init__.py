"""Commands about orders, what stops them, and what they cost."""
