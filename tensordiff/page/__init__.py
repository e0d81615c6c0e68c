"""The page on this machine: a server, its workers, and the files that a browser needs. Nothing of mathematics."""
