"""The documentation as a searchable site: python -m sphinx -n -W docs docs/_build

The pages are those of docs/; the reference is made from the docstrings of every public name.
"""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import tensordiff as td

project = "tensordiff"
author = "the tensordiff maintainers"
version = release = td.__version__
extensions = ["myst_nb", "sphinx.ext.autodoc"]
nb_execution_mode = "off"  # the notebooks hold their output; the tests run them
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = "tensordiff"
html_static_path = ["_static", "../tensordiff/page/static/katex"]
html_css_files = ["katex.min.css"]
html_js_files = ["katex.min.js"]
mathjax_path = "typeset.js"  # KaTeX in place of MathJax, which would be fetched
mathjax_options = {"defer": "defer"}
myst_heading_anchors = 3
suppress_warnings = ["myst.xref_missing"]  # links to files beside the pages (a plot's figures) are files, not pages
autodoc_typehints = "none"
autodoc_member_order = "bysource"
nitpicky = True
nitpick_ignore_regex = [("py:.*", ".*")]  # types of other libraries: nothing is fetched to resolve them

_GROUPS = {
    "Declaring": (
        "dims",
        "scalar",
        "vector",
        "matrix",
        "tensor",
        "parse",
        "where",
        "named",
        "number",
        "function",
        "elementwise",
    ),
    "Differentiating": ("diff", "gradient", "jacobian", "hessian", "jvp", "vjp", "hvp", "gauss_newton", "chain", "explain"),
    "Checking": ("check", "check_chain", "equal", "assert_equal", "proofread", "grade"),
    "Programs and exchange": ("compile", "objective", "from_einsum", "from_sympy"),
}  # fmt: skip


def _written(app: Any) -> None:
    """The page of the reference: each public name once, in a group."""
    lines = ["Reference", "=========", "", "Every public name, from its docstring.", ""]
    known = [name for names in _GROUPS.values() for name in names]
    rest = [name for name in td.__all__ if name not in known]
    groups = {title: [name for name in names if name in td.__all__] for title, names in _GROUPS.items()}
    groups["Results"] = [n for n in rest if inspect.isclass(getattr(td, n)) and not issubclass(getattr(td, n), Exception)]
    groups["Functions of matrices and entries"] = [n for n in rest if inspect.isroutine(getattr(td, n))]
    groups["Errors"] = [n for n in rest if inspect.isclass(getattr(td, n)) and issubclass(getattr(td, n), Exception)]
    for title, names in groups.items():
        lines += [title, "-" * len(title), ""]
        for name in names:
            kind = "autoclass" if inspect.isclass(getattr(td, name)) else "autofunction"
            lines += [f".. {kind}:: tensordiff.{name}", *(["   :members:"] if kind == "autoclass" else []), ""]
    page = Path(app.srcdir) / "reference.rst"
    text = "\n".join(lines)
    if not page.exists() or page.read_text() != text:
        page.write_text(text)


def _literal(app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]) -> None:
    """Docstrings are plain text: formulas in them are no markup. Examples stay examples."""
    example = False
    for place, line in enumerate(lines):
        example = line.lstrip().startswith(">>>") or (example and bool(line.strip()))
        if not example:
            parts = re.split(r"`([^`]+)`", line)
            parts[::2] = [re.sub(r"([\\*_|`])", r"\\\1", part) for part in parts[::2]]
            parts[1::2] = [f"``{part}``" for part in parts[1::2]]
            lines[place] = "".join(parts)


def setup(app: Any) -> None:
    app.connect("builder-inited", _written)
    app.connect("autodoc-process-docstring", _literal)
