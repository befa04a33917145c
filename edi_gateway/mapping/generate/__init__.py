"""Makes Python of a plan: a reader that fills nested dicts in one pass, a writer that emits segments.

Used by read.py and write.py.
"""
