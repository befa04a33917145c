"""Demonstration and simulator: working folders made to be looked at, and thrown away."""
