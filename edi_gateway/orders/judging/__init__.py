"""One purchase order judged: what it is and means, what is wrong with it, and what each finding stops (spec B4, B5)."""
