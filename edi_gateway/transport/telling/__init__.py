"""How people and other programs are told: mail, and signed calls of their web addresses."""
