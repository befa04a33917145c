"""CMS (RFC 5652, 5083, 3274): signed, encrypted and compressed structures, their content streamed."""
