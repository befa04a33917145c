"""What can be counted: numbers for monitoring, and figures with the rows behind them (spec 5-kpis)."""
