"""One case: what is wrong, why, the document, what happened; and the same of one document."""
