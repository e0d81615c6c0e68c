"""Points: sizes, values and precision at which expressions are compared, and what evidence they give."""
