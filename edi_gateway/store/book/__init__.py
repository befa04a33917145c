"""The order book: orders with their revisions, parts and notices, holds, cases, and the story of an order."""
