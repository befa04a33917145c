"""Commands about what goes wrong at large, who is told, and what the figures say."""
