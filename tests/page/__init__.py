"""Tests of the page: its server, and the page in a browser."""
