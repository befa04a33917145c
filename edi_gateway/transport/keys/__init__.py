"""Certificates and private keys as files and texts: read, described, made, and locked with a passphrase."""
