"""What goes out: documents are written, bundled, sent; orders are posted."""
