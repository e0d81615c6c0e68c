"""The code blocks of README.md and of all pages in docs/: each is run, and written again with the output that it really has.

`python -m tests.docs.blocks` puts the present output into the files, to be read as a difference and committed.

python   examples after >>> with what they print; the blocks of one file share their names
python jax, python torch, python dask
         the same, run by the tests of these libraries
console  tensordiff commands after $ with what they print
sh       commands for a shell; .ci/run runs them
text     no code
"""

from __future__ import annotations

import io
import re
import shlex
import traceback
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from tensordiff.cli import main

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs").glob("*/*.md"))]
EXAMPLE = re.compile(r"^>>> .*\n(?:\.\.\..*\n)*", re.MULTILINE)
FENCE = re.compile(r"^```(.*)\n((?:.*\n)*?)```$", re.MULTILINE)


def blocks(page: Path, language: str) -> Iterator[str]:
    """The contents of a page's blocks in a language."""
    for match in FENCE.finditer(page.read_text()):
        if match[1] == language:
            yield match[2]


def rewritten(page: Path) -> str:
    """The page with what its blocks print now."""
    names: dict[str, Any] = {}

    def run(match: re.Match[str]) -> str:
        language, content = match[1], match[2]
        if language == "python":
            content = _python(content, names)
        elif language == "console":
            content = _console(content)
        elif language not in ("sh", "text", "python jax", "python torch", "python dask"):
            raise ValueError(f"{page.name}: a code block in {language or 'no language'} is run by nothing:\n{content}")
        return f"```{language}\n{content}```"

    return FENCE.sub(run, page.read_text())


def with_library(name: str) -> Iterator[tuple[str, str]]:
    """The examples for a library, as they stand in the pages and with what they print."""
    for page in PAGES:
        names: dict[str, Any] = {}
        for content in blocks(page, f"python {name}"):
            yield content, _python(content, names)


def _python(content: str, names: dict[str, Any]) -> str:
    """All that is not an example is output, and is written anew."""
    found = ""
    for example in EXAMPLE.findall(content):
        source = "".join(line[4:] or "\n" for line in example.splitlines(keepends=True))
        found += example + _printed(source, names)
    return found


def _printed(source: str, names: dict[str, Any]) -> str:
    output = io.StringIO()
    try:
        with redirect_stdout(output):
            exec(compile(source, "<example>", "single"), names)
    except Exception as error:
        said = "".join(traceback.format_exception_only(error))
        return f"{output.getvalue()}Traceback (most recent call last):\n    ...\n{said}"
    return output.getvalue()


def _console(content: str) -> str:
    found = []
    for command in re.findall(r"^\$ ((?:.*\\\n)*.*\n)", content, re.MULTILINE):
        program, *arguments = shlex.split(command)
        if program != "tensordiff":
            raise ValueError(f"not a tensordiff command: {command}")
        output = io.StringIO()
        with redirect_stdout(output), redirect_stderr(output):
            main(arguments)
        found.append(f"$ {command}{output.getvalue()}")
    return "\n".join(found)


if __name__ == "__main__":
    for each in PAGES:
        each.write_text(rewritten(each))
