"""Parts of orders planned, given stock, and the stages that follow."""
