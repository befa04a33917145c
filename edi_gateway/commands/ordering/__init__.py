"""Orders taken, judged, carried on, answered and posted."""
