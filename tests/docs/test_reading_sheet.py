"""The page of what is read has the reader's own tables."""

from tests.docs.reading_sheet import PAGE, rewritten, tables


def test_the_tables_are_the_readers() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert rewritten(page) == page, "run python -m tests.docs.reading_sheet"
    assert all(f"<!-- table: {name} -->" in page for name in tables())
