"""A product as a network of its indices, and its reduction to words and terminals."""
