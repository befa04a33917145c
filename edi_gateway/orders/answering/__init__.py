"""What a judged order is answered: what can be promised of it, and the 855 that says so (spec B5.1, B7.1)."""
