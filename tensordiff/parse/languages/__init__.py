"""The languages that texts may be in, one file each: text to one syntax tree, and nothing else."""
