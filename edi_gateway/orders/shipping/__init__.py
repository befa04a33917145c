"""Ship notices: what an 856 says of a shipment, and what it lacks (spec C3, B10)."""
