"""Commands about orders, what stops them, what they cost, and the master data behind them."""
