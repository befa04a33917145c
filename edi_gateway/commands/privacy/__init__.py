"""Personal data: what there is of an order's, and its erasing."""
