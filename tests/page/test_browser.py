"""The page in a real browser: each job, switch and state; by keyboard alone; on a phone; dark; for a screen reader."""

from __future__ import annotations

import csv
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.page.browser import DESKTOP, GLS, PHONE, STATES, chromium, opened
from tests.page.server import running
from tests.page.test_server import SLOW

pytestmark = pytest.mark.browser
expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with running() as port:
        yield port


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


def clean(page: Page) -> None:
    assert page.said == []  # type: ignore[attr-defined]
    page.context.close()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("name", STATES)
def test_every_state_is_accessible_and_fits(browser: Browser, port: int, name: str, size: dict[str, int], dark: bool) -> None:
    page = opened(browser, port, STATES[name], dark=dark, size=size)
    for summary in page.locator("details.more > summary").all():
        summary.click()
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    clean(page)


def test_differentiate_as_one_types(browser: Browser, port: int) -> None:
    page = opened(browser, port, {})
    page.fill("#f", "x'*A*x")
    page.fill("#wrt", "x")
    expect(page.locator("#form-panel pre")).to_have_text("(A + A')*x")
    expect(page.locator("#names tr")).to_have_count(2)
    expect(page.locator("#announce")).to_have_text("The derivative is there.")
    page.fill("#wrt", "x x")
    expect(page.locator("#form-panel pre")).to_have_text("A + A'")
    clean(page)


def test_every_form_is_there(browser: Browser, port: int) -> None:
    page = opened(browser, port, GLS)
    for form, part in {
        "Index": "dF_ij/dV_kl = F_ia", "einsum": "einsum(", "NumPy": "import numpy", "JAX": "jax", "torch": "torch",
        "LaTeX": r"\otimes", "Text": "layout",
    }.items():  # fmt: skip
        page.click(f"#form-{form}")
        expect(page.locator("#form-panel pre")).to_contain_text(part)
    with page.expect_download() as download:
        page.click("#form-NumPy")
        page.click("#form-panel button:has-text('Download')")
    assert download.value.suggested_filename == "derivative_numpy.py"
    clean(page)


def test_layout_and_entries_redo_the_answer(browser: Browser, port: int) -> None:
    page = opened(browser, port, {"f": "logdet(V)", "wrt": "V", "shape:V": "n n", "structure:V": "symmetric"})
    expect(page.locator("#form-panel pre")).to_have_text("inv(V)")
    page.select_option("#entries", "tied")
    expect(page.locator("#form-panel pre")).to_have_text("2*inv(V) - diag(diag(inv(V)))")
    page.select_option("#entries", "")
    page.select_option("#layout", "vec-column")
    expect(page.locator("#form-panel pre")).to_have_text("vec(inv(V))'")
    clean(page)


def test_names_are_edited_in_place_and_undone(browser: Browser, port: int) -> None:
    page = opened(browser, port, {"f": "logdet(V)", "wrt": "V"})
    expect(page.locator("#names .badge")).to_have_text("assumed")
    page.select_option("#kind-V", "symmetric")
    expect(page.locator("#names .badge")).to_have_text("declared")
    page.fill("#size-V", "3 3")
    page.press("#size-V", "Enter")
    page.wait_for_function("location.hash.includes('3+3')")
    page.go_back()
    expect(page.locator("#size-V")).to_have_value("n n")
    page.click("#forget")
    expect(page.locator("#names .badge")).to_have_text("assumed")
    clean(page)


def test_a_definition_is_added_and_removed(browser: Browser, port: int) -> None:
    page = opened(browser, port, {"f": "tr(P*A)", "wrt": "A"})
    page.click("#add-definition")
    page.locator("#definitions input").nth(1).fill("inv(A)")
    expect(page.locator("#form-panel pre")).not_to_have_text("P'")
    page.locator("#definitions button").click()
    expect(page.locator("#form-panel pre")).to_have_text("P'")
    clean(page)


def test_an_error_stands_under_its_place(browser: Browser, port: int) -> None:
    page = opened(browser, port, STATES["error"])
    expect(page.locator("#f")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#f-place mark")).to_be_visible()
    page.fill("#f", "A*B")
    expect(page.locator("#f-place")).to_be_hidden()
    clean(page)


def test_an_error_in_a_definition_stands_under_it(browser: Browser, port: int) -> None:
    page = opened(browser, port, {"f": "tr(P*A)", "wrt": "A", "where:P": "inv(V"})
    expect(page.locator("#where-P")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#where-P-place")).to_contain_text("never closed")
    clean(page)


@pytest.mark.parametrize("job", ["check", "proofread", "grade"])
def test_errors_in_the_function_stand_under_it_in_every_tab(browser: Browser, port: int, job: str) -> None:
    state = {"job": job, "f": "A*(B + ", "wrt": "A", "answer": "A", "answers": "A", "text": "dA = dA"}
    page = opened(browser, port, state)
    expect(page.locator("#f-place")).to_contain_text("never closed")
    clean(page)


def test_the_slip_is_marked_in_the_text_and_in_the_formula(browser: Browser, port: int) -> None:
    page = opened(browser, port, STATES["slip"])
    expect(page.locator(".claim .own mark")).to_have_text("2X^Ty")
    assert page.locator(".claim .slip").count() == 1
    clean(page)


def test_the_function_is_typeset_as_one_types(browser: Browser, port: int) -> None:
    page = opened(browser, port, {})
    page.fill("#f", "logdet(V) + x'*inv(V)*x")
    expect(page.locator("#f-preview .katex")).to_be_visible()
    expect(page.locator("#names tr")).to_have_count(2)
    page.click("#result button:has-text('V')")
    expect(page.locator("#wrt")).to_have_value("V")
    expect(page.locator("#form-panel pre")).to_contain_text("inv(V)'")
    clean(page)


def test_what_takes_long_says_so_and_can_be_stopped(browser: Browser, port: int) -> None:
    page = opened(browser, port, {})
    page.fill("#f", SLOW["f"])
    page.fill("#wrt", SLOW["wrt"])
    expect(page.locator("#working [role=status]")).to_be_visible()
    page.click("#working button")
    expect(page.locator("#result")).to_contain_text("Stopped.")
    expect(page.locator("#working button")).to_have_count(0)
    clean(page)


def test_the_names_of_a_derivation_are_edited_in_place(browser: Browser, port: int) -> None:
    page = opened(browser, port, {"job": "proofread", "text": "f = x'*A*x\ndf/dx = 2*A*x", "wrt": "x"})
    expect(page.locator(".steps li.tone-wrong")).to_have_count(1)
    page.select_option("#kind-A", "symmetric")
    expect(page.locator(".steps li.tone-wrong")).to_have_count(0)
    page.click(".steps li:nth-child(2) .line-number")
    assert (
        page.evaluate("getSelection().toString() || document.activeElement.value.slice(document.activeElement.selectionStart)")
        == "df/dx = 2*A*x"
    )
    clean(page)


def test_kinds_and_sizes_keep_the_function_conforming(browser: Browser, port: int) -> None:
    page = opened(browser, port, {"f": "norm2(A*x - y)^2", "wrt": "x"})
    page.select_option("#kind-A", "symmetric")
    expect(page.locator("#form-panel pre")).to_have_text("2*A*(A*x - y)")
    page.fill("#size-A", "3 3")
    page.press("#size-A", "Enter")
    expect(page.locator("#size-y")).to_have_value("3")
    clean(page)


def test_a_pile_of_answers_is_graded_and_saved(browser: Browser, port: int) -> None:
    page = opened(browser, port, STATES["grade"])
    expect(page.locator("#grade-summary")).to_contain_text("12 answers: 4 right")
    assert page.locator(".verdicts tbody tr").count() == 12
    with page.expect_download() as download:
        page.click("button[aria-label='Download grades.csv']")
    rows = list(csv.DictReader(download.value.path().read_text(encoding="utf-8").splitlines()))
    assert [row["status"] for row in rows[:3]] == ["right", "right-under-assumption", "right-in-other-layout"]
    page.select_option(".grade-tools select", "tone")
    expect(page.locator(".verdicts tbody tr").last).to_contain_text("not read")
    page.click("button[aria-label='Look at the answer of Ben']")
    expect(page.locator(".tone-partly .headline")).to_contain_text("only if A is symmetric")
    page.go_back()
    expect(page.locator("#grade-summary")).to_contain_text("12 answers: 4 right")
    clean(page)


def test_a_file_of_answers_is_read(browser: Browser, port: int) -> None:
    page = opened(browser, port, {"job": "grade", "f": "x'*A*x", "wrt": "x"})
    page.set_input_files("#file", {"name": "a.csv", "mimeType": "text/csv", "buffer": b"name,answer\nAda,(A + A')*x\nBob,A\n"})
    expect(page.locator("#grade-summary")).to_contain_text("2 answers: 1 right")
    clean(page)


def test_presenting_shows_the_answer_alone(browser: Browser, port: int) -> None:
    page = opened(browser, port, STATES["question"])
    page.click("#present")
    expect(page.locator(".input")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.locator(".input")).to_be_visible()
    clean(page)


def test_an_answer_is_saved_as_a_page_of_its_own(browser: Browser, port: int) -> None:
    page = opened(browser, port, STATES["wrong"])
    with page.expect_download() as download:
        page.click("text=Save as a page")
    assert "<!doctype html>" in download.value.path().read_text(encoding="utf-8")
    clean(page)


def test_what_can_be_written_is_found_and_inserted(browser: Browser, port: int) -> None:
    page = opened(browser, port, {})
    page.click("#open-help")
    page.fill("#help input", "nuclear")
    page.click("#help .functions button")
    page.keyboard.type("X")
    expect(page.locator("#f")).to_have_value("norm_nuc(X)")
    clean(page)


@pytest.mark.parametrize(("name", "sign"), [("right", "right"), ("partly", "right with a concession"), ("wrong", "wrong")])
def test_a_verdict_is_said_in_words_and_signs(browser: Browser, port: int, name: str, sign: str) -> None:
    page = opened(browser, port, STATES[name])
    expect(page.locator(".headline .sign")).to_have_attribute("aria-label", sign)
    expect(page.locator("#announce")).not_to_be_empty()
    clean(page)


def test_a_derivation_is_proofread_line_by_line(browser: Browser, port: int) -> None:
    page = opened(browser, port, STATES["proof"])
    expect(page.locator(".headline")).to_contain_text("all right")
    assert page.locator(".steps li .sign[aria-label=right]").count() >= 6
    page.fill("#text", "f = x'*A*x\ndf/dx = 2*A*x")
    page.fill("#f", "")
    page.fill("#wrt", "x")
    page.click("#forget")
    expect(page.locator(".steps li.tone-wrong")).to_have_count(1)
    clean(page)


def test_an_assumption_is_declared_by_its_button(browser: Browser, port: int) -> None:
    page = opened(browser, port, STATES["partly"])
    page.click("text=Declare: A is symmetric")
    expect(page.locator(".tone-right")).to_be_visible()
    expect(page.locator("#kind-A")).to_have_value("symmetric")
    page.go_back()
    expect(page.locator(".tone-partly")).to_be_visible()
    clean(page)


def test_the_right_formula_is_taken(browser: Browser, port: int) -> None:
    page = opened(browser, port, STATES["wrong"])
    page.click("text=Take the right formula")
    expect(page.locator(".tone-right")).to_be_visible()
    clean(page)


def test_explain_shows_the_network(browser: Browser, port: int) -> None:
    page = opened(browser, port, GLS)
    page.click("text=How it is derived")
    expect(page.locator(".network svg")).to_be_visible()
    expect(page.locator(".link")).to_have_count(3)
    page.locator(".link summary").first.click()
    expect(page.locator(".link code").first).to_contain_text("kron(")
    page.locator(".network [data-index=a]").first.hover()
    assert page.locator(".network .wire.lit").count() == 1
    clean(page)


def test_shapes_and_indices_answer_to_the_pointer(browser: Browser, port: int) -> None:
    page = opened(browser, port, GLS)
    page.locator(".formula [data-shape]").first.hover()
    expect(page.locator("#tip")).to_have_text("n-by-n")
    page.click("#form-Index")
    page.locator("#form-panel [data-ix=a]").first.hover()
    assert page.locator("#form-panel [data-ix=a].lit").count() == 2
    clean(page)


def test_the_gallery_fills_the_page(browser: Browser, port: int) -> None:
    page = opened(browser, port, {})
    page.click("#open-gallery")
    page.click("text=Ridge regression")
    expect(page.locator("#form-panel pre")).to_contain_text("c*w")
    clean(page)


def test_state_lives_in_the_address(browser: Browser, port: int) -> None:
    page = opened(browser, port, STATES["partly"])
    page.reload()
    expect(page.locator(".tone-partly")).to_be_visible()
    page.click("#tab-diff")
    expect(page.locator("#form-panel pre")).to_have_text("(A + A')*x")
    page.go_back()
    expect(page.locator(".tone-partly")).to_be_visible()
    page.click("#open-share")
    expect(page.locator("#share-list")).to_contain_text("tensordiff check '2*A*x' --of 'x'\\''*A*x' --wrt 'x'")
    expect(page.locator("#share-list")).to_contain_text('td.check("2*A*x", f, "x")')
    clean(page)


def test_by_keyboard_alone(browser: Browser, port: int) -> None:
    page = opened(browser, port, {})
    page.locator("#tab-diff").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#tab-check")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#f")).to_be_focused()
    page.keyboard.type("tr(A*X)")
    page.keyboard.press("Tab")
    page.keyboard.type("A'")
    page.keyboard.press("Tab")
    page.keyboard.type("X")
    page.keyboard.press("Enter")
    expect(page.locator(".tone-right")).to_be_visible()
    page.locator("#open-gallery").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#gallery")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#gallery")).to_be_hidden()
    clean(page)


def test_a_palette_for_phones(browser: Browser, port: int) -> None:
    page = opened(browser, port, {}, size=PHONE, has_touch=True)
    page.locator("#f").tap()
    page.locator(".palette button", has_text="inv()").tap()
    page.keyboard.type("A")
    expect(page.locator("#f")).to_have_value("inv(A)")
    clean(page)


def test_ones_are_no_numbers(browser: Browser, port: int) -> None:
    """The vector of ones is bold: its outer product with itself must not read as eleven."""
    page = opened(browser, port, {"f": "sum(A)", "wrt": "A"})
    bold = page.locator(".formula .katex-html .mathbf", has_text="1").first
    assert int(bold.evaluate("e => getComputedStyle(e).fontWeight")) >= 600
    clean(page)


def test_nothing_is_fetched_from_elsewhere(browser: Browser, port: int) -> None:
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"http://127.0.0.1:{port}/")
    page.wait_for_selector("#result .card")
    assert asked and all(url.startswith(f"http://127.0.0.1:{port}/") for url in asked)
    context.close()
