"""The gate: a document about to go is held against all that went and came before, by the rules that buyers charge
back on (spec C2-C4, B11, D9, D18, D20, D28, D29). Plain functions in lists; all run, none stops others.

A rule's docstring says what is wrong when it yields; its name is its id in model/gate.py. Called by commands/ before an
855, 856 or 810 is put among what waits to go.
"""
