"""Pages, a module or a room a theme. Each module whose `room` is a Room is found by itself."""
