"""What listens: the AS2 server for partners' machines, on a listener of its own."""
