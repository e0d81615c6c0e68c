"""How many examples a law is tried on: few in the suite, and as many as asked for by hand.

GENERATED_EXAMPLES=20000 pytest tests/generated
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings

_ASKED = int(os.environ.get("GENERATED_EXAMPLES", "0"))


def examples(count: int) -> Callable[[Any], Any]:
    """`count` examples, the same ones in every run; or those asked for, new ones in every run."""
    return settings(
        max_examples=_ASKED or count,
        derandomize=not _ASKED,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
