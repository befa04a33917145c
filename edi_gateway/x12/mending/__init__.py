"""What a machine can put right with certainty."""
