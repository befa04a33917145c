"""A document taken apart for a person: painted bytes, segments in words, its tree, how it differs from another."""
