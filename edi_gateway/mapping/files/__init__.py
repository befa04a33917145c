"""From the text of mapping files to checked rows: TOML and CSV with line numbers, layers, notation, schema.

Used by catalog.py, which is the only one that reads files.
"""
