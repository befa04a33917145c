"""Again: what cases are about enters once more at the front, after its cause was mended; or is only tried."""
