"""Commands about stock, the warehouse, shipments and their papers."""
