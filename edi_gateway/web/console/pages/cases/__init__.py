"""Cases: the queue by cause, one cause, what one does with cases, my work, Pareto, improvements."""
