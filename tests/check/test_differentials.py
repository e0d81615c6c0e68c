"""Claims in differentials: read in every spelling, judged by difference quotients along random changes."""

from __future__ import annotations

import random
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import tensordiff as td
from tensordiff.parse import parse_answer
from tests.cases import CASES, Case, length, random_value
from tests.generated.language import names_in, text
from tests.generated.mutations import mutations
from tests.generated.reader import read

FORMS = {"A": "p n", "V": "n m", "B": "m q", "G": "n m", "x": "n", "y": "m", "b": "m", "S": "n n", "a": ""}
STRUCTURES = {"positive-definite": "symmetric"}


def change(rng: np.random.Generator, case: Case, variable: str) -> np.ndarray:
    """A change of the variable that its structure admits."""
    shape = [length(axis) for axis in case.shapes[variable].split()]
    structure = case.structures.get(variable, "general")
    return random_value(rng, shape, STRUCTURES.get(structure, structure), "none")


def off(case: Case, f: td.Expression, variable: str, claim: str, seed: int, order: int = 1) -> float:
    """How far a claim is from the first or second difference quotient of f along a random change, relative to their
    sizes."""
    values: dict[str, Any] = dict(case.values(seed))
    direction = change(np.random.default_rng([seed + 1000, *case.name.encode()]), case, variable)
    step = 1e-3 if order == 1 else 1e-2

    def moved(k: int) -> np.ndarray:
        return np.asarray(f.evaluate(**{**values, variable: values[variable] + k * step * direction}))

    if order == 1:
        quotient = sum(c * (moved(k) - moved(-k)) for k, c in ((1, 3 / 4), (2, -3 / 20), (3, 1 / 60))) / step
    else:
        around = sum(c * (moved(k) + moved(-k)) for k, c in ((1, 3 / 2), (2, -3 / 20), (3, 1 / 90)))
        quotient = (around - 49 / 18 * moved(0)) / step**2
    scope = f.scope.declare(f"d{variable}", f.scope.symbols[variable].shape)
    formula = td.Expression(parse_answer(claim, scope)[0], scope)
    claimed = np.asarray(formula.evaluate(**values, **{f"d{variable}": direction}))
    if claimed.size != quotient.size:
        return np.inf
    difference = np.abs(claimed.reshape(quotient.shape) - quotient)
    rounding = 1e-9 if order == 1 else 1e-3 * float(np.max(np.abs(moved(0)), initial=0))
    return float(np.max(difference, initial=0) / max(np.max(np.abs(quotient), initial=0), rounding))


def written(case: Case) -> list[tuple[td.Expression, str, str]]:
    """f, each variable, and the differential that is printed for it."""
    f = td.parse(case.f, **case.scope)
    found = []
    for variable in case.wrt:
        if case.structures.get(variable) == "orthogonal":  # f is not defined along straight lines
            continue
        try:
            found.append((f, variable, td.diff(f, variable).differential()))
        except td.FoldError:
            continue
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_is_printed_is_read_and_right(case: Case) -> None:
    for f, variable, printed in written(case):
        assert off(case, f, variable, printed.partition(" = ")[2], 1) < 1e-5
        verdict = td.check(printed, f, variable)
        assert verdict, verdict
        assert verdict.layouts == ("differential",)


@pytest.mark.parametrize("case", CASES[1::3], ids=lambda case: case.name)
def test_second_differentials(case: Case) -> None:
    f = td.parse(case.f, **case.scope)
    for variable in case.wrt:
        if case.structures.get(variable) == "orthogonal":
            continue
        try:
            printed = td.diff(f, variable, variable).differential()
        except td.FoldError:
            continue
        assert off(case, f, variable, printed.partition(" = ")[2], 1, order=2) < 1e-4
        verdict = td.check(printed, f, (variable, variable))
        assert verdict, verdict


@pytest.mark.parametrize("case", CASES[::3], ids=lambda case: case.name)
def test_mutants_are_refused(case: Case) -> None:
    rng = random.Random(case.name)
    for f, variable, printed in written(case):
        left, _, right = printed.partition(" = ")
        formula = read(right)
        known = names_in(formula)
        mutant = text(rng.choice([made for made in mutations(formula) if names_in(made) <= known]))
        verdict = td.check(f"{left} = {mutant}", f, variable)
        try:
            apart = max(off(case, f, variable, mutant, seed) for seed in (1, 2, 3))
        except td.TensordiffError:
            assert not verdict, verdict
            continue
        assert bool(verdict) == (apart < 1e-5) or (apart > 1e-7 and verdict.status == "undecided"), (mutant, apart, verdict)


@pytest.mark.parametrize(
    ("claim", "f", "wrt"),
    [
        ("df = tr(G'*dV)", "tr(G'*V)", "V"),
        ("tr(G'*dV)", "tr(G'*V)", "V"),
        ("d f = tr(dV*G')", "tr(G'*V)", "V"),
        ("d(tr(V*G')) = tr(dV*G')", "tr(G'*V)", "V"),
        ("d tr(G'*V) = tr(G'*d(V))", "tr(G'*V)", "V"),
        ("dF = A*dV*B", "A*V*B", "V"),
        ("dF = A*dV*B + B'*dV'*A'", "A*V*B + (A*V*B)'", "V"),
        ("A[i,k]*dV[k,l]*B[l,j] -> [i,j]", "A*V*B", "V"),
        ("vec(dF) = kron(B', A)*vec(dV)", "A*V*B", "V"),
        ("d vec(F) = kron(B', A)*d vec(V)", "A*V*B", "V"),
        ("dvec(F) = kron(B', A)*dvec(V)", "A*V*B", "V"),
        ("kron(B', A)*vec(dV)", "A*V*B", "V"),
        ("dF = -inv(S)*dS*inv(S)", "inv(S)", "S"),
        ("d(inv(S)) = -inv(S)*dS*inv(S)", "inv(S)", "S"),
        ("df = tr(inv(S)*dS)", "logdet(S)", "S"),
        ("df = -tr(inv(S)*dS*inv(S)) + x'*d(inv(S))*x", "tr(inv(S)) + x'*inv(S)*x", "S"),
        ("df = x'*(S + S')*dx", "x'*S*x", "x"),
        ("df = x'*(S + S')*dx + x'*dS*x", "x'*S*x", "x"),
        ("df = x'*(S + S')*dx + x'*dS*x", "x'*S*x", ("x", "S")),
        ("d2f = dx'*(S + S')*dx", "x'*S*x", ("x", "x")),
        ("d^2 f = 2*dx'*S*dx", "x'*S*x", ("x", "x")),
        ("d²f = 2*dx'*S*dx", "x'*S*x", ("x", "x")),
        ("d(df) = 2*dx'*S*dx", "x'*S*x", ("x", "x")),
        ("2*dx'*S*dx", "x'*S*x", ("x", "x")),
        ("dx'*V*dy", "x'*V*y", ("x", "y")),
        ("d2f = 2*dx'*V*dy", "x'*V*y", ("x", "y")),
        ("d2F = inv(S)*dS*inv(S)*dS*inv(S)*2", "inv(S)", ("S", "S")),
        ("d2f = 6*a*da^2", "a^3", ("a", "a")),
        (r"\mathrm{d} f = \operatorname{tr}(G^T\, \mathrm{d}V)", "tr(G'*V)", "V"),
        (r"d f = \mathrm{tr}(G^\top dV)", "tr(G'*V)", "V"),
        (r"$d\mathbf{F} = \mathbf{A}\, d\mathbf{V}\, \mathbf{B}$", "A*V*B", "V"),
        (r"dS^{-1} = -S^{-1} dS S^{-1}", "inv(S)", "S"),
        (r"\operatorname{vec}(dF) = (B^\top \otimes A) \operatorname{vec}(dV)", "A*V*B", "V"),
        (r"d\operatorname{vec} F = (B^T \otimes A)\, d\operatorname{vec} V", "A*V*B", "V"),
        ("dS⁻¹ = −S⁻¹·dS·S⁻¹", "inv(S)", "S"),
        ("df/dx = (S + S')*x", "x'*S*x", "x"),
    ],
)
def test_spellings(claim: str, f: str, wrt: str | tuple[str, ...]) -> None:
    verdict = td.check(claim, f, wrt, shapes={**FORMS, "B": "m p"} if "(A*V*B)'" in f else FORMS)
    assert verdict, verdict
    assert verdict.method == "proved"


def test_greek_names_in_either_spelling() -> None:
    for claim in ("dΣ⁻¹ = -Σ⁻¹*dΣ*Σ⁻¹", "-inv(Sigma)*dSigma*inv(Σ)", r"d\Sigma^{-1} = -\Sigma^{-1} d\Sigma \Sigma^{-1}"):
        assert td.check(claim, "inv(Sigma)", "Sigma")


def test_parts_have_differentials() -> None:
    where = {"F": "inv(M)", "M": "V'*S*V"}
    for claim in ("dF = -F*dM*F", "dF = -F*d(V'*S*V)*F", "dF = -F*(dV'*S*V + V'*S*dV)*F"):
        assert td.check(claim, "F", "V", shapes=FORMS, where=where)
    wrong = td.check("dF = F*dM*F", "F", "V", shapes=FORMS, where=where)
    assert wrong.status == "right-up-to-factor"
    assert wrong.factor == -1


@pytest.mark.parametrize(
    ("claim", "f", "wrt", "status", "expected", "said"),
    [
        ("dF = -inv(S)*dS", "inv(S)", "S", "wrong", "dF = -inv(S)*dS*inv(S)", None),
        ("dF = inv(S)*dS*inv(S)", "inv(S)", "S", "right-up-to-factor", "dF = -inv(S)*dS*inv(S)", None),
        ("dF = -inv(S)*dS'*inv(S)", "inv(S)", "S", "right-under-assumption", "dF = -inv(S)*dS*inv(S)", "in place of dS'"),
        ("dF = A*dV", "A*V*B", "V", "wrong", "dF = A*dV*B", "with A*dV*B"),
        ("dF = B*dV*A", "A*V*B", "V", "does-not-conform", "dF = A*dV*B", None),
        ("df = 2*tr(G'*dV)", "tr(G'*V)", "V", "right-up-to-factor", "df = tr(G'*dV)", None),
        ("df = tr(G'*dV) + 1", "tr(G'*V)", "V", "wrong", "df = tr(G'*dV)", "The term 1 does not belong there."),
        ("dF = 2*dS*S", "S^2", "S", "wrong", "dF = S*dS + dS*S", "The power rule of numbers"),
        ("dF = dS*S", "S^2", "S", "wrong", "dF = S*dS + dS*S", "The claim lacks the term S*dS of the"),
        ("df = dx'*S*x", "x'*S*x", "x", "right-under-assumption", None, "by the second of the 2 occurrences of x"),
        ("df = tr(dS*inv(S) - S)", "logdet(S)", "S", "wrong", None, None),
        ("vec(dF) = kron(A, B')*vec(dV)", "A*V*B", "V", "wrong", "vec(dF) = kron(B', A)*vec(dV)", None),
        ("d2f = dx'*S*dx", "x'*S*x", ("x", "x"), "right-up-to-factor", "d2f = 2*dx'*S*dx", None),
    ],
)
def test_verdicts_and_repairs(
    claim: str, f: str, wrt: str | tuple[str, ...], status: str, expected: str | None, said: str | None
) -> None:
    verdict = td.check(claim, f, wrt, shapes=FORMS)
    assert verdict.status == status, verdict
    assert expected is None or verdict.expected == expected
    assert td.check(str(verdict.expected), f, wrt, shapes=FORMS)
    assert said is None or said in str(verdict), verdict


@pytest.mark.parametrize(
    ("claim", "said"),
    [
        ("df = 2*S*x", "The claim is n-by-1; the differential is scalar."),
        ("df = 2*S*x", "A differential is linear in dx, but the claim is free of it."),
        ("df = (S + S')*x", "It is the derivative in the gradient and denominator layouts, not the differential."),
        ("df = x'*(S + S')*dx + x'*x", "A differential is linear in dx, but x'*x is free of it."),
        ("df = x'*(S + S')*dx*(x'*dx)", "A differential is linear in dx, but the claim is not."),
        ("df = sum(abs(dx))", "A differential is linear in dx, but the claim is not."),
    ],
)
def test_a_differential_is_linear(claim: str, said: str) -> None:
    verdict = td.check(claim, "x'*S*x", "x", shapes=FORMS)
    assert verdict.status == "wrong"
    assert said in str(verdict), verdict


def test_a_second_differential_is_quadratic() -> None:
    verdict = td.check("d2f = x'*(S + S')*dx", "x'*S*x", ("x", "x"), shapes=FORMS)
    assert "A second differential is quadratic in dx, but the claim is not." in str(verdict)


def test_structured_variables_change_within_their_structure() -> None:
    for claim in ("df = tr(inv(V)*dV)", "df = tr(inv(V)*dV')", "df = sum(inv(V).*dV)"):
        assert td.check(claim, "logdet(V)", "V", structures={"V": "symmetric"})
    assert td.check("df = 0", "tr(V)", "V", structures={"V": "skew"})
    assert not td.check("df = 0", "tr(V)", "V", structures={"V": "skew"}, entries="free")
    transposed = td.check("dF = dV'", "2*V", "V", structures={"V": "skew"})
    assert transposed.factor == -2
    turned = td.check("dF = A*dQ + dQ'*A'", "A*Q + Q'*A'", "Q", structures={"Q": "orthogonal"})
    assert turned
    assert td.check("dF = dQ*A*Q'", "Q*A*Q'", "Q", structures={"Q": "orthogonal"}).status == "wrong"
    # dQ = Q*W with a skew W: Q'*dQ is skew.
    assert td.check("df = -tr(A*Q*dQ'*Q)", "tr(A*Q)", "Q", structures={"Q": "orthogonal"})
    assert not td.check("df = -tr(A*Q*dQ'*Q)", "tr(A*Q)", "Q")


def test_names_that_are_taken() -> None:
    shapes = {"X": "n m", "dX": "p n"}
    with pytest.raises(
        td.UnknownNameError, match="dX is declared, so it cannot stand for the differential of X\nwrite delta_X"
    ):
        td.check("dF = dX*dX", "dX*X", "X", shapes=shapes)
    assert td.check("dF = dX*delta_X", "dX*X", "X", shapes=shapes)
    assert td.check(td.diff(td.parse("dX*X", shapes), "X").differential(), "dX*X", "X", shapes=shapes)
    assert td.check("kron(eye(m), dX)", "dX*X", "X", shapes=shapes).layouts == ("vec-column",)
    scalar = {"d": "", "x": "n"}
    assert td.check("df = 2*d*dx'*x", "d*x'*x", "x", shapes=scalar)
    assert td.check("2*d*x", "d*x'*x", "x", shapes=scalar).layouts == ("gradient", "denominator")


@pytest.mark.parametrize(
    ("claim", "error", "said"),
    [
        ("dV = A*dV*B", td.ParseError, "the left-hand side is the differential of V, not of A*V*B"),
        ("G = A*dV*B", td.ParseError, "the left-hand side of a claim is the differential of what was differentiated"),
        ("dF = A*dV*B = dV", td.ParseError, "a claim has one equals sign"),
        ("dF = A*d V^2", td.ParseError, "it is not clear whether the differential is raised to this power"),
        ("dF = A*dC*B", td.ParseError, "unknown name C"),
        ("dF = A*dV*", td.ParseError, "an operand is missing"),
        ("d2F = A*dV*B", td.DomainError, "give the variable twice"),
    ],
)
def test_what_is_refused(claim: str, error: type[td.TensordiffError], said: str) -> None:
    with pytest.raises(error, match="(?s)" + said.replace("*", r"\*")) as caught:
        td.check(claim, "A*V*B", "V", shapes=FORMS)
    assert caught.value.text in (None, claim)


def test_another_layout_is_asked_for() -> None:
    with pytest.raises(td.DomainError, match="the claim is in differentials, which have no gradient layout"):
        td.check("df = tr(G'*dV)", "tr(G'*V)", "V", layout="gradient")
    assert td.check("tr(G'*dV)", "tr(G'*V)", "V", layout="differential")
    assert td.check("G", "tr(G'*V)", "V", layout="differential").status == "wrong"


@pytest.mark.parametrize(
    ("claim", "f", "wrt", "structures"),
    [
        ("dF = -inv(S)*dS", "inv(S)", "S", {}),
        ("d2f = dx'*S*dx", "x'*S*x", ("x", "x"), {}),
        ("df = 2*tr(inv(S)*dS)", "logdet(S)", "S", {"S": "symmetric"}),
        ("df = x'*S*dx - x'*dS*x", "x'*S*x", "x", {}),
        ("vec(dF) = 2*kron(B', A)*vec(dV)", "A*V*B", "V", {}),
    ],
)
def test_witness_code_agrees(claim: str, f: str, wrt: str | tuple[str, ...], structures: dict[str, str]) -> None:
    verdict = td.check(claim, f, wrt, shapes=FORMS, structures=structures)
    assert verdict.witness is not None
    code = verdict.witness.code()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    claimed, true, difference = (float(line.split()[1]) for line in done.stdout.splitlines())
    assert claimed == pytest.approx(float(verdict.witness.claimed))
    assert true == pytest.approx(float(verdict.witness.correct))
    assert difference == pytest.approx(true, rel=1e-4)
    assert abs(claimed - true) > 1e-6


def test_links_of_a_chain() -> None:
    where = {"M": "X'*V*X", "F": "inv(M)"}
    F = td.parse("F", shapes={"X": "n m", "V": "n n"}, where=where)
    links = {"dF/dM": "dF = -F*dM*F", "dM/dV": "X'*dV*X"}
    assert td.check_chain(links, F, "V", total="dF = -F*X'*dV*X*F")
    verdict = td.check_chain({**links, "dF/dM": "dF = -F*dM"}, F, "V")
    assert verdict.wrong == (("F", "M"),)


def test_expressions_and_functions() -> None:
    n, m = td.dims("n m")
    A, X, dX = td.matrix("A", m, n), td.matrix("X", n, m), td.matrix("dX", n, m)
    assert td.check(td.tr(A @ dX), td.tr(A @ X), X, layout="differential")
    assert td.check(2 * td.tr(A @ dX), td.tr(A @ X), X, layout="differential").factor is not None
    inv = np.linalg.inv
    assert td.check(lambda S, dS: -inv(S) @ dS @ inv(S), "inv(S)", "S")
    assert td.check(lambda S, dS: -inv(S) @ dS, "inv(S)", "S").status == "wrong"
    assert td.check(lambda S, x, dx: dx @ (S + S.T) @ dx, "x'*S*x", ("x", "x"))


@pytest.mark.parametrize(
    ("claim", "status", "expected"),
    [
        ("dP = -P*dV*P", "right", "dP = -P*dV*P"), ("dP = P*dV*P", "right-up-to-factor", "dP = -P*dV*P"),
        ("d(P) = -P*dV*P", "right", "d(P) = -P*dV*P"), ("vec(dP) = -kron(P', P)*vec(dV)", "right", None),
        ("dM = X'*dP*X", "right", "dM = X'*dP*X"), ("dM = X'*P*dV*P*X", "right-up-to-factor", None),
        ("dM = X*dP*X'", "does-not-conform", None), ("dF = -F*dM*F", "right", "dF = -F*dM*F"),
        ("dP = -F*dM*F", "wrong", None),
    ],
)  # fmt: skip
def test_parts_are_judged_against_themselves(claim: str, status: str, expected: str | None) -> None:
    parts = {"P": "inv(V)", "M": "X'*P*X", "F": "inv(M)"}
    verdict = td.check(claim, td.parse("F", shapes={"X": "n m", "V": "n n"}, where=parts), "V")
    assert verdict.status == status, verdict
    assert expected is None or str(verdict.expected) == expected
