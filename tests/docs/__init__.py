"""The documentation: what is generated is fresh, what it points to is there."""
