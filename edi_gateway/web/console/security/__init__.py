"""The guard before every route: who, may they, and do they mean it."""
