"""What partners are told of shipments: notices, papers, and what they say of them."""
