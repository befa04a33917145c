"""AS2 (RFC 4130): documents over HTTP that are signed, encrypted, compressed and receipted."""
