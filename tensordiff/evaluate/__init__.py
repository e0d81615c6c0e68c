"""Evaluation: primitive array operations, in double precision, in exact arithmetic and with many digits."""
