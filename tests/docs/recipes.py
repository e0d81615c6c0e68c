"""The notebooks of docs/recipes/: each is run from the top, and holds the output that it really has.

`python -m tests.docs.recipes [NAME...]` runs them and writes what they print now, to be read as a difference and committed.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
RECIPES = sorted((ROOT / "docs" / "recipes").glob("*.ipynb"))
LIBRARIES = {"torch.ipynb": "torch", "jax.ipynb": "jax", "scipy.ipynb": "scipy"}
"""What a recipe needs beside NumPy."""

_KEPT = ("text/plain", "text/html", "text/latex", "image/svg+xml")


def executed(path: Path) -> Any:
    """The notebook, run in a kernel of its own. Raises CellExecutionError where a cell fails."""
    import nbformat
    from nbclient import NotebookClient

    notebook = nbformat.read(path, as_version=4)
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    where = {"metadata": {"path": str(path.parent)}}
    NotebookClient(notebook, timeout=120, kernel_name="python3", resources=where, coalesce_streams=True).execute()
    for place, cell in enumerate(notebook.cells, 1):
        cell.id = f"cell-{place}"
        cell.metadata = {}
        for output in cell.get("outputs", ()):
            if "data" in output:
                output.data = {kind: output.data[kind] for kind in _KEPT if kind in output.data}
    notebook.metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return notebook


def printed(notebook: Any) -> list[Any]:
    """What the cells print and show, in order."""
    outputs = ([*cell.get("outputs", ())] for cell in notebook.cells)
    return [[out.get("text") or out.get("data") or (out.get("ename"), out.get("evalue")) for out in found] for found in outputs]


def main() -> None:
    import nbformat

    for path in RECIPES:
        if len(sys.argv) == 1 or path.stem in sys.argv[1:]:
            nbformat.write(executed(path), path)


if __name__ == "__main__":
    main()
