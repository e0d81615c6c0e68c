"""Sums: common ends, operands and denominators, blocks, and the order in which terms are collected."""
