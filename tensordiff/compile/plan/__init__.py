"""Plans: from index form to a graph of primitive operations that computes as little as possible."""
