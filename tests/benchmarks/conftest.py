"""The test of the plot is collected where matplotlib is installed."""

from importlib.util import find_spec

collect_ignore = [] if find_spec("matplotlib") is not None else ["test_plot.py"]
