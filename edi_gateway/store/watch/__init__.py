"""What is watched and told: incidents, switches, kept counts, alerts and messages."""
