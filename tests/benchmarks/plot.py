"""The plot of a run: time relative to hand-written code on a logarithmic scale, a row a case, a marker a contender."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.case import HAND, JAX, OURS, OURS_JAX, TORCH
from tests.benchmarks.measure import Line

PANELS = {
    "dense": (("Jacobian", "Hessian"), "Jacobian or Hessian"),
    "applied": (("apply",), "applied to a direction"),
}
MARKERS = {
    TORCH: ("D", "#999999", "#999999"),
    JAX: ("^", "#d55e00", "#d55e00"),
    OURS_JAX: ("o", "white", "#0072b2"),
    OURS: ("o", "#0072b2", "#0072b2"),
}
"""Shape, face and edge, told apart without colour; later ones are drawn over earlier ones."""
OTHER = ("s", "#009e73", "#009e73")


def plot(lines: Sequence[Line], file: Path) -> None:
    """The plot as SVG, the same bytes for the same figures. Raises ImportError where matplotlib is not installed."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

    rows: dict[str, dict[str, Line]] = {}
    for line in lines:
        for column, (quantities, _) in PANELS.items():
            if line.quantity in quantities:
                rows.setdefault(f"{line.family} {line.sizes}", {})[column] = line
    names, families = list(rows), [next(iter(found.values())).family for found in rows.values()]
    others = sorted({name for line in lines for name in line.contenders} - {HAND, *MARKERS})
    markers = {**dict.fromkeys(others, OTHER), **MARKERS}
    with plt.rc_context({"svg.hashsalt": "tensordiff", "svg.fonttype": "none", "font.size": 7.5, "font.family": "DejaVu Sans"}):
        figure, panels = plt.subplots(
            1, 2, sharey=True, figsize=(7.5, 0.9 + 0.165 * len(names)), gridspec_kw={"width_ratios": [3, 2]}
        )
        for panel, (column, (_, title)) in zip(panels, PANELS.items(), strict=True):
            for name, (marker, face, edge) in markers.items():
                points = [(rows[row][column].ratio(name), y) for y, row in enumerate(names) if column in rows[row]]
                known = [(x, y) for x, y in points if x is not None]
                if known:
                    xs, ys = zip(*known, strict=True)
                    panel.plot(xs, ys, marker, ms=4, mfc=face, mec=edge, mew=0.9, label=name, zorder=3 + (name == OURS))
            panel.set_xscale("log")
            panel.axvline(1, color="black", lw=0.9, zorder=2)
            panel.set_title(title, fontsize=8)
            panel.grid(axis="x", color="#dddddd", lw=0.5)
            low, high = panel.get_xlim()
            steps = (1, 2, 5) if high < 100 * low else (1,)
            ticks = [step * 10.0**k for k in range(-3, 6) for step in steps if low <= step * 10.0**k <= high]
            panel.xaxis.set_major_locator(FixedLocator(ticks))
            panel.xaxis.set_minor_locator(NullLocator())
            panel.xaxis.set_major_formatter(FuncFormatter(lambda x, _: f"{x:g}"))
            panel.tick_params(length=0)
            for side in ("top", "right", "left"):
                panel.spines[side].set_visible(False)
            for y in range(len(names)):
                if y and families[y] != families[y - 1]:
                    panel.axhline(y - 0.5, color="#dddddd", lw=0.5, zorder=1)
        panels[0].set_yticks(range(len(names)), names)
        panels[0].set_ylim(len(names) - 0.5, -0.5)
        figure.supxlabel("time / time of hand-written code", fontsize=8)
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles[::-1], labels[::-1], loc="upper center", ncols=len(labels), frameon=False, fontsize=8)
        figure.tight_layout(rect=(0, 0, 1, 1 - 0.3 / figure.get_figheight()))
        figure.savefig(file, metadata={"Date": None, "Creator": None})
        plt.close(figure)
