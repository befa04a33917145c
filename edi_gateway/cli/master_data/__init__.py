"""Commands about master data: brought in, as it stands, as it stood."""
