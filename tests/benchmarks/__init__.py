"""Speed against hand-written code: `python -m tests.benchmarks [--quick] [NAME ...]`."""
