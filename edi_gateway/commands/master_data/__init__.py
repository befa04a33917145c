"""Master data imported, approved and read from CSV files."""
