"""The other side of the wire: buyers who order and judge what they get, and a warehouse that ships for us.

Plays from the same profiles and mappings turned round, with a memory and rules of its own: nothing here imports flow,
commands, store or orders, else we would judge ourselves by our own rules (pyproject.toml forbids it).
"""
