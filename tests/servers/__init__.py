"""Real servers for tests, started on loopback with their own configuration and stopped by their own pid."""
