"""The console: pages and the JSON API for the people inside, on a listener of its own."""
