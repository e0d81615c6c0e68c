"""The tests in a browser are collected where there is a driver for one."""

from importlib.util import find_spec

collect_ignore = [] if find_spec("playwright") is not None else ["test_browser.py"]
