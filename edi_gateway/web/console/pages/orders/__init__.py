"""The order book, one order whole, and the holds."""
