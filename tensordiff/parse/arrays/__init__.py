"""What code means: arrays with any number of axes, on top of the matrix form."""
