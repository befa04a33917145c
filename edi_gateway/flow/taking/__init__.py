"""What comes in: receipts become documents, orders, acknowledgments and cases."""
