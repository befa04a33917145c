"""When something is due: working days and hours, a partner's and our own, and a case's times (spec B5.5, B14.2)."""
