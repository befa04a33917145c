"""What a warehouse is asked to ship, and what it says it has shipped: pure decisions (spec B3.3, B8, B9, C8, C9)."""
