"""What is billed for what shipped, credited and paid: pure decisions, exact to the cent (spec B11, C4, C15)."""
