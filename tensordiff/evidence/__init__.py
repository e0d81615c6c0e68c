"""Evidence that two tensors are equal: proofs, exact arithmetic, many digits, and the points it is gathered at."""
