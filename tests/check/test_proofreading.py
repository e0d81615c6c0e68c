"""Whole derivations: each equality is judged as a step and as a value, one slip is blamed once, mended lines are right."""

import json
import pathlib
import random
import re
import time

import pytest

import tensordiff as td

CASES = [json.loads(line) for line in (pathlib.Path(__file__).parent / "derivations.jsonl").read_text().splitlines()]
DECLARED = ("shapes", "structures", "where", "sizes")


def read(case, text=None):
    declared = {key: case[key] for key in DECLARED if key in case}
    return td.proofread(case["text"] if text is None else text, case.get("f"), case.get("wrt"), **declared)


def statuses(proof):
    return [step.status for step in proof.steps if step.status not in ("definition", "assumption", "condition")]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_derivations_from_papers_and_threads(case):
    proof = read(case)
    assert statuses(proof) == case["expect"]["steps"], str(proof)
    assert bool(proof) == case["expect"]["bool"]
    assert str(proof) and proof.summary


FOUNDING = {"shapes": {"X": "n m", "V": "n n"}}
ANSWER = r"""Define the variables
$$\eqalign{ P &= V^{-1} \cr M &= X^TPX \cr F &= M^{-1} \cr }$$
and their differentials
$$\eqalign{ dP &= -P\,dV\,P \cr dM &= X^T\,dP\,X \cr dF &= -F\,dM\,F \cr }$$
Now substitute, so that
$$\eqalign{
 dF &= -F\,dM\,F \cr &= -F(X^T\,dP\,X)F \cr &= -FX^T(-P\,dV\,P)XF \cr &= FX^TP\,dV\,PXF \cr &= FX^TV^{-1}\,dV\,V^{-1}XF \cr
}$$
and vectorize
$$d{\rm vec}(F) = (V^{-1}XF)^T\otimes(FX^TV^{-1})\,d{\rm vec}(V)$$
$$\frac{\partial\,{\rm vec}(F)}{\partial\,{\rm vec}(V)} = (V^{-1}XF)^T\otimes(FX^TV^{-1})$$"""
QUESTION = r"""I use the chain rule, with $$\frac{\partial F}{\partial V^{-1}} = -F X^TX F$$ and
$$\frac{\partial V^{-1}}{\partial V} = -V^{-1}V^{-1}$$ so that
$$\frac{\partial F}{\partial V} = F X^TX F V^{-1}V^{-1}$$"""


def test_the_founding_answer_is_right_and_proved():
    proof = td.proofread(ANSWER, **FOUNDING)
    assert proof, str(proof)
    assert [step.status for step in proof.steps].count("definition") == 3
    assert statuses(proof) == ["right"] * 10
    assert all(step.method == "proved" for step in proof.steps if step.counts)


def test_the_founding_question_is_wrong_with_what_it_should_be():
    proof = td.proofread(QUESTION, "F", "V", where={"F": "(X^TV^{-1}X)^{-1}"}, **FOUNDING)
    assert statuses(proof) == ["wrong"] * 3
    first, second, third = [step for step in proof.steps if step.counts]
    assert r"\otimes" in first.fix
    assert r"\otimes" in second.fix
    assert "cannot multiply" in third.reason


def test_a_name_that_the_text_defines_may_be_f():
    text = "M = X'*V*X\nF = inv(M)\ndF = -F*dM*F\n= -F*X'*dV*X*F"
    assert td.proofread(text, **FOUNDING)
    proof = td.proofread(text.replace("= -F*X'", "= F*X'"), **FOUNDING)
    assert statuses(proof) == ["right", "wrong"]
    assert proof.first_wrong.reason == "the sign is wrong"


# One slip.


def variants(text, generator):
    """The text with one small slip each, and the number of the line with it."""
    lines = text.split("\n")
    for number, line in enumerate(lines):
        for pattern, slip in (
            (r"\^T", ""),
            (r"\^\{-1\}", ""),
            (r"(?<=&=) -", " "),
            (r"(?<=&= )2", "3"),
            (r"\\frac12", r"\\frac13"),
        ):
            for match in re.finditer(pattern, line):
                if "=" in line[: match.start()]:
                    changed = line[: match.start()] + slip + line[match.end() :]
                    yield "\n".join([*lines[:number], changed, *lines[number + 1 :]]), number + 1
    generator.shuffle(lines)


@pytest.mark.parametrize("case", [case for case in CASES if case["expect"]["bool"]], ids=lambda case: case["id"])
def test_one_slip_is_found_and_blamed_once(case):
    tried = list(variants(case["text"], random.Random(3)))
    for text, line in random.Random(5).sample(tried, min(5, len(tried))):
        proof = read(case, text)
        if proof:  # the slip may change nothing: a transpose of a symmetric part, of a scalar
            continue
        blamed = [step for step in proof.steps if step.status in ("wrong", "undecided")]
        unread = [step for step in proof.steps if step.status == "not-read"]
        assert len(blamed) <= (1 if not unread else 2), f"line {line}: {proof}"
        assert all(step.reason for step in blamed)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_mended_lines_are_right(case):
    for text, _ in [(case["text"], 0), *variants(case["text"], random.Random(3))][:6]:
        proof = read(case, text)
        if any(step.kind in ("definition", "assumption") for step in proof.steps):
            continue  # the mended line may need what stands above it
        for step in proof.steps:
            if step.fix is None or step.status != "wrong" or step.fix.startswith("="):
                continue
            mended = f"$${step.fix}$$" if "\\" in step.fix else step.fix
            again = read(case, mended)
            assert all(s.status in ("right", "changes-layout") for s in again.steps if s.counts), (step.fix, str(again))


def test_entries_are_compared_as_entries():
    """A_{ij} is not A_{ji}, though both are derivatives in some layout."""
    square = {"A": "n n", "X": "n n"}
    wrong = td.proofread(r"$\frac{\partial f}{\partial X_{ij}} = A_{ij}$", "tr(AX)", "X", shapes=square)
    assert statuses(wrong) == ["wrong"]
    assert wrong.steps[0].fix.endswith("= A_{ji}")
    assert td.proofread(r"$\frac{\partial f}{\partial X_{ij}} = A_{ji}$", "tr(AX)", "X", shapes=square)


def test_f_may_be_a_name_that_the_text_defines():
    text = r"$\phi = \|XX^T\|_F^2$, so $d\phi = 4XX^TX:dX$ and $\frac{\partial\phi}{\partial X} = 4XX^TX$"
    proof = td.proofread(text, r"\phi", "X")
    assert proof, str(proof)
    assert not td.proofread(text.replace("= 4XX^TX$", "= 2XX^TX$"), r"\phi", "X")


REASONS = [
    r"$\nabla f = (A+A^T)x = 2Ax$ since $A$ is symmetric.",
    r"\begin{align} \nabla f &= (A+A^T)x \\ &= 2Ax \end{align} because $A$ is symmetric.",
    r"\begin{align} \nabla f &= (A+A^T)x \\ &= 2Ax && \text{since } A \text{ is symmetric} \end{align}",
    r"\begin{align} \nabla f &= (A+A^T)x \\ &= 2Ax \quad\text{(A symmetric)} \end{align}",
    "grad f = (A+A')x = 2Ax because A is symmetric",
]


@pytest.mark.parametrize("text", REASONS)
def test_a_reason_may_stand_behind_what_it_is_for(text):
    shapes = {"x": "n", "A": "n n"}
    assert td.proofread(text, "x'Ax", "x", shapes=shapes)
    assert not td.proofread(text.replace("symmetric", "square"), "x'Ax", "x", shapes=shapes)


CONDITIONS = [
    (r"$\Sigma^{-1}(x-\mu) = 0 \iff x = \mu$", ["right"]),
    (r"$A(x-\mu) = 0 \iff x = \mu$", ["undecided"]),
    (r"$\nabla_x f = 2\Sigma^{-1}(x-\mu) = 0$ gives $\hat x = \mu$", ["wrong", "follows-from-wrong"]),
    (r"$\nabla_x f = (\Sigma^{-1}+\Sigma^{-T})(x-\mu) = 0$ gives $x^* = A$", ["right", "wrong"]),
]


@pytest.mark.parametrize(("text", "expected"), CONDITIONS)
def test_a_condition_with_an_inverted_coefficient_is_solved_once(text, expected):
    shapes = {"x": "n", "mu": "n", "Sigma": "n n", "A": "n n"}
    assert statuses(td.proofread(text, r"(x-\mu)^T\Sigma^{-1}(x-\mu)", "x", shapes=shapes)) == expected


def test_an_estimate_beside_the_variable_is_another_name():
    text = r"$\nabla_w L = 2X^T(Xw-y) = 0$ and $\hat w - w = 0$"
    proof = td.proofread(text, r"L = \|Xw-y\|^2", "w", shapes={"X": "n m", "w": "m", "y": "n"})
    assert "not-read" in statuses(proof)


def test_a_sentence_of_its_own_is_no_reason_for_what_stands_before():
    text = r"$\nabla f = 2Ax$. Since $A$ is symmetric, $\nabla f = (A+A^T)x$."
    assert statuses(td.proofread(text, "x'Ax", "x", shapes={"x": "n", "A": "n n"})) == ["wrong", "right"]


def test_a_long_derivation_takes_little_time():
    lines = ["f = (y-X*w)'*(y-X*w)"]
    for number in range(25):
        lines += [f"= y'*y - 2*y'*X*w + w'*X'*X*w + {number}*w'*w - {number}*w'*w", "= (y-X*w)'*(y-X*w)"]
    began = time.perf_counter()
    proof = td.proofread("\n".join(lines), "(y-X*w)'*(y-X*w)", "w", shapes={"X": "n m", "y": "n", "w": "m"})
    assert proof
    assert len(proof.steps) == 51
    assert time.perf_counter() - began < 6  # two seconds on a quiet machine


# Kinds of steps.

SHAPES = {"X": "n m", "w": "m", "y": "n", "A": "m m"}
F = "(y-X*w)'*(y-X*w)"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("df/dw = 2*X'*(X*w-y)", ["right"]),
        ("= 2*X'*(X*w-y)", ["right"]),
        ("df/dw = 2*(X*w-y)'*X\n= 2*X'*(X*w-y)", ["right", "changes-layout"]),
        ("df/dw = X'*(X*w-y)\n= 2*X'*(X*w-y)", ["wrong", "right-but-does-not-follow"]),
        ("df/dw = X'*(X*w-y)\n= X'*X*w - X'*y", ["wrong", "follows-from-wrong"]),
        ("df/dw = 2*X'*(X*w-y) = 0", ["right"]),
        ("df/dw = 2*X'*(X*w-y) = 0\nX'*X*w = X'*y", ["right", "right"]),
        ("df/dw = 2*X'*(X*w-y) = 0\nX'*X*w = -X'*y", ["right", "wrong"]),
        ("df/dw = 2*X'*(X*w-y) = 0\nw = inv(X'*X)*X'*y", ["right", "right"]),
        ("df/dw = 2*X'*(X*w-y) = 0\nw = inv(X'*X)*y'*X", ["right", "wrong"]),
        ("df/dw = 2*X*(X*w-y)", ["wrong"]),
        ("df/dw = 2*X'*(X*w-y", ["not-read"]),
        ("df/dw = 2*X'*q", ["not-read"]),
        ("w'*A*w = w'*A'*w", ["right"]),
        ("A is symmetric\nw'*A = (A*w)'", ["right"]),
        ("w'*A = (A*w)'", ["wrong"]),
        ("w'*A*A = w'*A'*A'\nA = A'\nw'*A*A = w'*A'*A'", ["wrong", "right"]),
        ("A is not symmetric\nw'*A = (A*w)'", ["wrong"]),
    ],
)
def test_steps(text, expected):
    assert statuses(td.proofread(text, F, "w", shapes=SHAPES)) == expected


def test_conditions_and_what_follows():
    proof = td.proofread("df/dw = 2*X'*(X*w-y) = 0\nX'*(X*w - y) = 0\nX'*(y - X*w) = 0\nX*w = y", F, "w", shapes=SHAPES)
    assert [step.status for step in proof.steps] == ["right", "condition", "right", "right", "undecided"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"$$(V+\Delta)^{-1} \approx V^{-1} - V^{-1}\Delta V^{-1}$$", ["right"]),
        (r"$$(V+\Delta)^{-1} \approx V^{-1} - V^{-1}V^{-1}\Delta$$", ["wrong"]),
        (r"$$\log\det(V+\Delta) \approx \log\det V + {\rm tr}(V^{-1}\Delta)$$", ["right"]),
        ("(V + dV)*(V + dV) ≈ V*V + V*dV + dV*V", ["right"]),
        ("(V + dV)*(V + dV) ≈ V*V + 2*V*dV", ["wrong"]),
        ("V*V ≈ V*V", ["not-read"]),
    ],
)
def test_approximations_are_of_first_order(text, expected):
    assert statuses(td.proofread(text, None, "V", shapes={"V": "n n"})) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The gradient of f is df/dw = 2*X'*(X*w-y), which is zero.", ["right"]),
        ("Setting df/dw = 2*X'*(X*w-y) = 0 gives w = inv(X'*X)*X'*y", ["right", "right"]),
        ("If A is symmetric, w'*A = (A*w)' and also A = A'.", ["right"]),
        ("1. df/dw = 2*X'*(X*w-y)\n2) = 2*X'*X*w - 2*X'*y (by distributivity)", ["right", "right"]),
        ("w'*A*w = w'*A'*w  # a scalar", ["right"]),
        (r"df = 2(Xw-y)^TX\,dw \quad\text{so that}\quad \nabla f = 2X^T(Xw-y)", ["right", "right"]),
    ],
)
def test_words_and_formulas_in_one_line(text, expected):
    assert statuses(td.proofread(text, F, "w", shapes=SHAPES)) == expected


def test_terms_free_of_the_variable_may_go_under_a_sign_and_that_is_said():
    text = r"$$\nabla_w (w^TX^TXw - 2y^TXw + y^Ty) = \nabla_w (w^TX^TXw - 2y^TXw)$$"
    proof = td.proofread(text, None, "w", shapes=SHAPES)
    assert proof and "free of the variable" in proof.steps[0].assumed[0]
    assert not td.proofread(r"$$w^TX^TXw - 2y^TXw + y^Ty = w^TX^TXw - 2y^TXw$$", None, "w", shapes=SHAPES)


def test_derivatives_inside_a_text_are_columns_or_rows():
    case = {"shapes": {"A": "m n", "x": "n", "y": "m"}, "where": {"z": "Ax"}, "f": r"\frac12\|z-y\|^2", "wrt": "x"}
    columns = r"dL &= \left(\frac{\partial L}{\partial z}\right)^T A\,dx \\"
    rows = r"dL &= \frac{\partial L}{\partial z} A\,dx \\"
    assert statuses(read(case, rf"\begin{{align}} {columns} {columns} \end{{align}}")) == ["right", "right"]
    assert statuses(read(case, rf"\begin{{align}} {rows} {rows} \end{{align}}")) == ["right", "right"]
    assert statuses(read(case, rf"\begin{{align}} {columns} {rows} \end{{align}}")) == ["right", "changes-layout"]
    assert statuses(read(case, rf"\begin{{align}} {rows} {columns} \end{{align}}")) == ["right", "changes-layout"]


def test_what_was_assumed_is_said():
    proof = td.proofread("df/dw = 2*X'*(X*w-y)\nX'*X*w = X'*y", F, "w", shapes=SHAPES)
    assert proof and proof.steps[1].assumed == ("it holds where the last derivative is zero",)
    proof = td.proofread(r"$$\nabla f = X^T\mathbf 1$$", r"\mathbf 1^TXw", "w", shapes={"X": "n m", "w": "m"})
    assert proof and any("vector of ones" in sentence for sentence in proof.assumed)
    assert "Assumed" in str(proof)


def test_parts_and_chains():
    case = {"shapes": {"A": "m n", "x": "n", "y": "m"}, "where": {"z": "Ax"}, "f": r"\frac12\|z-y\|^2", "wrt": "x"}
    text = r"$$\frac{\partial L}{\partial x} = \frac{\partial L}{\partial z}\frac{\partial z}{\partial x} = (z-y)^TA$$"
    assert statuses(read(case, text)) == ["right", "right"]


def test_nothing_is_right_that_was_not_read():
    proof = td.proofread("df/dw = 2*X'*(X*w-y)\nand by magic w = [[[", F, "w", shapes=SHAPES)
    assert not proof
    assert any(step.status == "not-read" for step in proof.steps)
    assert not td.proofread("Only words here, and nothing else.", F, "w", shapes=SHAPES)


def test_the_fix_is_in_the_notation_of_the_writer():
    shapes = {"x": "n", "A": "n n"}
    proof = td.proofread(
        r"$$\nabla_{\mathbf x} f = \mathbf A\mathbf x$$", r"\mathbf x^{\top}\mathbf A\mathbf x", "x", shapes=shapes
    )
    assert r"\mathbf A" in proof.steps[0].fix
    assert r"^{\top}" in proof.steps[0].fix
    proof = td.proofread(r"$$df = {\rm tr}(X^T\,dX)$$", r"{\rm tr}(X^TX)", "X", shapes={"X": "n m"})
    assert proof.steps[0].fix == r"df = 2 {\rm tr}\left(X^T dX\right)"
    proof = td.proofread("df/dx = A*x", "x'*A*x", "x", shapes=shapes)
    assert proof.steps[0].fix == "df/dx = (A + A')*x"


def test_expressions_and_errors():
    f = td.parse("x'*A*x", shapes={"x": "n", "A": "n n"})
    assert td.proofread("df/dx = (A + A')*x", f, "x")
    assert not td.proofread("df/dx = 2*A*x", f, "x")
    with pytest.raises(td.TensordiffError):
        td.proofread("df/dx = 2*A*x", "x'*B*x", "x", shapes={"x": "n", "A": "n n"})
    with pytest.raises(td.TensordiffError):
        td.proofread("df/dx = 2*A*x", f, "z")


PIECES = [
    "df", "dX", "dx", "=", "&=", "\\\\", "\\cr", "$$", "$", "\\begin{align}", "\\end{align}", "X^T", "x", "A", "+", "-", "(",
    ")", "{\\rm tr}", "\\frac{\\partial f}{\\partial x}", "\\nabla f", "0", ",", ".", "so", "where", "P", "symmetric", "\\quad",
    "'", "\\implies", ":=", "_i", "\\sum_i", "*", "\n", "[", "{", "}", "\\", "A = A^T", "Let", "\\approx",
]  # fmt: skip


def test_any_text_gives_a_proof():
    generator = random.Random(2)
    for _ in range(300):
        text = generator.choice(["", " "]).join(generator.choice(PIECES) for _ in range(generator.randint(1, 25)))
        proof = td.proofread(text, "x'*A*x", "x", shapes={"x": "n", "A": "n n", "X": "n m"})
        assert isinstance(str(proof), str)


@pytest.mark.parametrize("text", ["$0=$", "x =", "df = 2*x'*dx\nx ="])
def test_an_equality_without_a_side_is_not_read(text):
    proof = td.proofread(text, "x'*x", "x")
    assert not proof
    assert proof.steps[-1].status == "not-read"


def test_an_equals_sign_at_the_end_of_a_line_goes_on_below():
    joined = td.proofread("df = x'*dx + dx'*x =\n3*x'*dx", "x'*x", "x")
    assert [step.status for step in joined.steps] == ["right", "wrong"]
    assert joined.steps[1].text == "= 3*x'*dx"
    assert td.proofread("df =\n2*x'*dx", "x'*x", "x")
    assert td.proofread("df = x'*dx + dx'*x =\n= 2*x'*dx", "x'*x", "x")
