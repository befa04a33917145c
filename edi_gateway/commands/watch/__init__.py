"""What is watched and stopped: incidents, switches."""
