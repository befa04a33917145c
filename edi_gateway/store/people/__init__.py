"""Who signs in, with what, and for how long."""
