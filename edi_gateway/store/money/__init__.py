"""Money: invoices, payments, tax rates and certificates."""
