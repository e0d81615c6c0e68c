"""Programs for JAX on inputs that are spread over a mesh of devices; the number of devices is settled when a process starts."""

from __future__ import annotations

import os
import subprocess
import sys


def test_eight_devices() -> None:
    environment = {**os.environ, "XLA_FLAGS": "--xla_force_host_platform_device_count=8", "JAX_PLATFORMS": "cpu"}
    made = subprocess.run([sys.executable, "-m", "tests.compile.sharded"], env=environment, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    assert made.stdout.split("\n")[:-1] == [
        "products", "products on both axes", "regression", "rows of the Jacobian", "factorisations", "structures",
        "transformations", "pages",
    ]  # fmt: skip
