"""Where each segment of a set stands: the tree of its loops, also in a document with faults."""
