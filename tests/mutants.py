"""Mutation: small changes of the package that its tests must notice.

`python -m tests.mutants tensordiff/evidence tests/evidence tests/check --count 30` makes that many mutants of the files in the
first folder (the same ones for a seed), runs the tests on a copy for each, and lists those that survive.
"""

from __future__ import annotations

import argparse
import ast
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

ROOT = Path(__file__).parent.parent
_COMPARED = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
             ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In}  # fmt: skip
_COUNTED = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult}


def places(tree: ast.AST) -> Iterator[ast.AST]:
    """What may be changed: comparisons, sums and products, and/or, not, numbers, truth values. Not in annotations."""
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree):
        for field in ("annotation", "returns"):
            part = getattr(node, field, None)
            if part is not None:
                skipped.update(ast.walk(part))
        if node in skipped:
            continue
        compared = isinstance(node, ast.Compare) and type(node.ops[0]) in _COMPARED
        counted = isinstance(node, ast.BinOp) and type(node.op) in _COUNTED
        constant = isinstance(node, ast.Constant) and isinstance(node.value, int)
        if compared or counted or constant or isinstance(node, ast.BoolOp) or _is_not(node):
            yield node


def _is_not(node: ast.AST) -> bool:
    return isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)


def change(node: ast.AST) -> str:
    """Changes a node in place, and says how."""
    before = ast.unparse(node)
    if isinstance(node, ast.Compare):
        node.ops[0] = _COMPARED[type(node.ops[0])]()
    elif isinstance(node, ast.BinOp):
        node.op = _COUNTED[type(node.op)]()
    elif isinstance(node, ast.BoolOp):
        node.op = ast.Or() if isinstance(node.op, ast.And) else ast.And()
    elif isinstance(node, ast.Constant):
        node.value = not node.value if isinstance(node.value, bool) else node.value + 1
    elif isinstance(node, ast.UnaryOp):
        node.op = ast.UAdd()  # `not x` becomes +x for truth values
        return f"{before} -> {ast.unparse(node.operand)}"
    return f"{before} -> {ast.unparse(node)}"


def mutant(path: Path, random: Random) -> tuple[str, str]:
    """The text of a file with one change, and what was changed."""
    tree = ast.parse(path.read_text())
    node = random.choice(list(places(tree)))
    line = getattr(node, "lineno", 0)
    said = change(node)
    return ast.unparse(tree), f"{path.relative_to(ROOT)}:{line}: {said}"


def survives(path: Path, text: str, tests: list[str]) -> bool:
    """Whether the tests pass on a copy with this text."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for part in ("tensordiff", "tests"):
            shutil.copytree(ROOT / part, copy / part, ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(ROOT / "pyproject.toml", copy)
        (copy / path.relative_to(ROOT)).write_text(text)
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
        try:
            found = subprocess.run(command, cwd=copy, capture_output=True, timeout=600, check=False)
        except subprocess.TimeoutExpired:
            return False
        return found.returncode == 0


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("folder", type=Path)
    reader.add_argument("tests", nargs="+")
    reader.add_argument("--count", type=int, default=30)
    reader.add_argument("--seed", type=int, default=0)
    given = reader.parse_args()
    folder = ROOT / given.folder
    files = sorted(folder.rglob("*.py")) if folder.is_dir() else [folder]
    files = [path for path in files if list(places(ast.parse(path.read_text())))]
    random = Random(given.seed)
    killed = 0
    for number in range(given.count):
        path = random.choice(files)
        text, said = mutant(path, random)
        if survives(path, text, given.tests):
            print(f"survives: {said}", flush=True)
        else:
            killed += 1
            print(f"killed {killed}/{number + 1}: {said}", flush=True)
    print(f"{killed} of {given.count} killed")


if __name__ == "__main__":
    main()
