"""One BLAS thread: the matrices here are small, and two threads on a busy machine wait for each other.

Generated examples are the same in every run, so that a change passes or fails for what it does; other ones are tried with
HYPOTHESIS_PROFILE=random.
"""

import os

from hypothesis import settings

for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")

settings.register_profile("same", derandomize=True, deadline=None, database=None)
settings.register_profile("random", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))
