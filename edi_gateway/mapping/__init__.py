"""Between transaction sets and canonical documents, both ways, by the rows of mapping files.

`catalog.load` reads the files, `compile.reader` and `compile.writer` make Python of them; the flow, the CLI
and the simulator use nothing else of this room but `lineage.trace`, `coverage` and `catalog.describe`.
"""
