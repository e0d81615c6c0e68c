"""Code for the optional libraries is tried where they are installed."""

from tests.libraries import OPTIONAL

collect_ignore = [] if len(OPTIONAL) == 2 else ["test_code_means_what_numpy_computes.py"]
