"""What is around a set: bytes into segments, interchanges, groups and sets, each with its place."""
