"""What came and went: receipts, interchanges, documents, findings, the outbox, AS2 messages and certificates."""
