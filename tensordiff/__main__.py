"""`python -m tensordiff` is the command `tensordiff`."""

import sys

from tensordiff.cli import main

if __name__ == "__main__":
    sys.exit(main())
