"""What a changed mapping, guide, table or profile would make different in all that came before (blast radius)."""
