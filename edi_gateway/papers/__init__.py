"""Papers that go with the goods: carton labels, packing list, bill of lading (spec B10)."""
