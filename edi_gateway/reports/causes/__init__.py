"""Causes: the queue by cause, somebody's own work, what costs most, what comes again, whether a fix helped."""
