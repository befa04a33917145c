"""The JSON API under /api/v1 and what monitoring asks for. Modules are found as those of pages/."""
