"""Judgement: pure decisions over purchase orders (spec B2-B5). Reads and writes nothing.

Takes a PurchaseOrder and Facts (master data of the day, the partner's profile), gives a Judgement
(judge.py) and the 855 (answers.py). Called by commands/; each module says who calls it.
"""
