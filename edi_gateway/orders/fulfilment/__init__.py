"""What becomes of an accepted order until the goods have left: pure decisions (spec B2, B3.3, B7)."""
