"""Source: from a planned graph to the text of a program in one of the libraries."""
