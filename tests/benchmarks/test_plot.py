"""The plot has a row for every case and is the same bytes in every run."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.page import FIGURES, Figures
from tests.benchmarks.plot import plot


def test_the_plot(tmp_path: Path) -> None:
    lines = Figures.from_json(FIGURES.read_text(encoding="utf-8")).lines
    files = [tmp_path / "one.svg", tmp_path / "two.svg"]
    for file in files:
        plot(lines, file)
    assert files[0].read_bytes() == files[1].read_bytes()
    text = files[0].read_text(encoding="utf-8")
    assert all(f"{line.family} {line.sizes}" in text for line in lines if line.quantity in ("Jacobian", "Hessian", "apply"))
