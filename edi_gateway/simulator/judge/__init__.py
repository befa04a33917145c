"""What a buyer holds against the documents that it gets: rules of its own, one function an idea, reasons in words."""
