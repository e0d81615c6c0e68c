"""inv, tr, det, logdet and adj of a tensor are those of the matrices on its last two axes, with their derivatives."""

import numpy as np
import pytest

import tensordiff as td
from tests.libraries import LIBRARIES

RNG = np.random.default_rng(3)
T = RNG.normal(size=(2, 4, 3, 3)) + 8 * np.eye(3)
TRUE = {
    "inv(T)": np.linalg.inv,
    "tr(T)": lambda t: np.trace(t, axis1=-2, axis2=-1),
    "det(T)": np.linalg.det,
    "logdet(T)": lambda t: np.linalg.slogdet(t)[1],
    "adj(T)": lambda t: np.linalg.inv(t) * np.linalg.det(t)[..., None, None],
}


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("text", TRUE)
def test_value_and_two_derivatives(text: str, library: str) -> None:
    """Along a direction, against differences of sixth order of NumPy's own function."""
    f = td.parse(text, shapes={"T": "k m n n"})
    E = RNG.normal(size=T.shape)
    h, weights = 1e-2, {1: 3 / 4, 2: -3 / 20, 3: 1 / 60}
    first = sum(w * (TRUE[text](T + j * h * E) - TRUE[text](T - j * h * E)) for j, w in weights.items()) / h
    second = [sum(w * (TRUE[text](s + j * h * E) - TRUE[text](s - j * h * E)) for j, w in weights.items()) / h
              for s in (T + 1e-3 * E, T - 1e-3 * E)]  # fmt: skip
    direction = td.tensor("E", "k", "m", "n", "n")
    along = td.jvp(f, "T", direction)
    program = td.compile([f, along, td.jvp(along.expression(), "T", direction)], backend=library)
    value, one, two = (np.asarray(array) for array in program(T=T, E=E))
    accuracy = 2e-3 if library == "jax" else 1e-6  # JAX computes with single precision unless it is told otherwise
    np.testing.assert_allclose(value, TRUE[text](T), rtol=accuracy, atol=accuracy)
    np.testing.assert_allclose(one, first, rtol=accuracy, atol=accuracy)
    np.testing.assert_allclose(two, (second[0] - second[1]) / 2e-3, rtol=accuracy, atol=10 * accuracy)


def test_batches_are_point_by_point() -> None:
    gradient = td.compile(td.gradient(td.parse("sum(logdet(T)) + sum(inv(T).^2)", shapes={"T": "k m n n"}), "T"))
    points = np.stack([T, 2 * T, T + 1])
    np.testing.assert_allclose(gradient(T=points), [gradient(T=point) for point in points], rtol=1e-12)


def test_derivatives_are_written_and_read_back() -> None:
    shapes = {"T": "k n n"}
    form = td.gradient(td.parse("sum(logdet(T))", shapes=shapes), "T").expression()
    assert str(form) == "inv(T)[i,k,j] -> [i,j,k]"
    assert td.check(str(form), "sum(logdet(T))", "T", shapes=shapes)
    assert not td.check("inv(T)", "sum(logdet(T))", "T", shapes=shapes)


def test_axes_that_differ_are_refused() -> None:
    for word in ("inv", "tr", "det", "logdet", "adj"):
        with pytest.raises(td.ShapeError, match="k-by-n-by-m"):
            td.parse(f"{word}(T)", shapes={"T": "k n m"})


def test_the_levi_civita_symbol() -> None:
    shapes = {"a": "3", "b": "3"}
    cross = td.parse("levi(i,j,k)*a[j]*b[k] -> [i]", shapes=shapes)
    assert td.equal(cross, td.parse("cross(a,b)", shapes=shapes))
    assert td.check("-hat(b)", cross, "a")
    assert td.parse(r"\varepsilon_{ijk} a_j b_k -> [i]", shapes=shapes).matrix is cross.matrix
    contracted = td.parse("levi(i,j,k)*levi(i,l,m) -> [j,k,l,m]", shapes=shapes)
    deltas = "eye(3)[j,l]*eye(3)[k,m] - eye(3)[j,m]*eye(3)[k,l] -> [j,k,l,m]"
    assert td.equal(contracted, td.parse(deltas, shapes=shapes))
    with pytest.raises(td.ShapeError):
        td.parse("levi(i,j,k)*c[k] -> [i,j]", shapes={"c": "4"})
