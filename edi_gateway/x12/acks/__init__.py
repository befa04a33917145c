"""What is said of it to the sender: TA1, 997 and 999, made and read."""
