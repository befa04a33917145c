"""MIME as AS2 needs it: heads in memory, bodies byte for byte where they lie."""
