"""The HTTP side of AS2: posting to a partner's server, with TLS verified and time, size and address bounded."""
