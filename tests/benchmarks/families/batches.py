"""Stress and elasticity tensors of hyperelastic solids: the first and second derivatives of an energy by the deformation
gradient F, at many points in one call.

Written by hand with the points innermost and in blocks that stay in cache, as codes for finite elements do it. J = det(F),
C = F'F, I1 = tr(C), 2 I2 = I1^2 - tr(C^2) (Holzapfel, Nonlinear Solid Mechanics, 2000, chapter 6).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

import tensordiff as td
from tests.benchmarks.case import HAND, JAX, OURS, OURS_JAX, OURS_TORCH, TORCH, Case, Make, Run
from tests.benchmarks.libraries import Library

POINTS = (1_000, 10_000, 100_000)
TENSORTRAX = "tensortrax"
_BLOCK = 1024
_ONES = np.eye(3)[:, :, None]

Numbers = Mapping[str, float]


@dataclass(frozen=True)
class Solid:
    """An energy as text and as a function of one F, its parameters, and both derivatives by hand from F with axes 3, 3 and
    that of the points."""

    family: str
    text: str
    parameters: Numbers
    energy: Callable[..., Any]
    stress: Callable[..., np.ndarray]
    elasticity: Callable[..., np.ndarray]

    def outputs(self, quantity: str) -> td.Derivative:
        f = td.parse(self.text, shapes={"F": "3 3", **dict.fromkeys(self.parameters, "")})
        return td.diff(f, *(["F"] if quantity == "gradient" else ["F", "F"]))


def gradients(points: int) -> np.ndarray:
    """Deformation gradients of moderate strains."""
    return np.eye(3) + 0.1 * np.random.default_rng(points).normal(size=(points, 3, 3))


# By hand: F has axes 3, 3, points


def _transposed(a: np.ndarray) -> np.ndarray:
    return a.transpose(1, 0, 2)


def _cofactors(f: np.ndarray) -> np.ndarray:
    """det(F) inv(F)'."""
    made = np.empty_like(f)
    for i in range(3):
        for j in range(3):
            (p, q), (r, s) = ((i + 1) % 3, (i + 2) % 3), ((j + 1) % 3, (j + 2) % 3)
            np.subtract(f[p, r] * f[q, s], f[p, s] * f[q, r], out=made[i, j])
    return made


def _inverse_transposed(f: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    cofactors = _cofactors(f)
    det = np.einsum("jb,jb->b", f[0], cofactors[0])
    return np.divide(cofactors, det, out=cofactors), det


def _outer(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a_ij b_kl."""
    return a[:, :, None, None] * b


def _crossed(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a_il b_kj."""
    return a[:, None, None] * _transposed(b)[None, :, :, None]


def _add_identity(tensor: np.ndarray, number: Any) -> np.ndarray:
    """Adds number * d_ik d_jl."""
    view = np.einsum("ijijb->ijb", tensor)
    view += number
    return tensor


def _product(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """a_pi b_pj."""
    return np.einsum("pib,pjb->ijb", a, b)


def _norm(a: np.ndarray) -> np.ndarray:
    return np.einsum("ijb,ijb->b", a, a)


def neo_stress(f: np.ndarray, mu: float, kappa: float) -> np.ndarray:
    g, det = _inverse_transposed(f)
    a = mu * np.cbrt(det) ** -2
    g *= kappa * (det - 1) * det - a * _norm(f) / 3
    g += a * f
    return g


def neo_elasticity(f: np.ndarray, mu: float, kappa: float) -> np.ndarray:
    g, det = _inverse_transposed(f)
    a = mu * np.cbrt(det) ** -2
    first = a * _norm(f) / 3
    scaled = (-2 / 3 * a) * f
    made = _outer((2 / 3 * first + kappa * (2 * det - 1) * det) * g + scaled, g)
    made += _outer(g, scaled)
    made += _crossed((first - kappa * (det - 1) * det) * g, g)
    return _add_identity(made, a)


def _mooney(f: np.ndarray, c1: float, c2: float, kappa: float) -> tuple[np.ndarray, ...]:
    """g, det, a, b, C, I1, I2, H = dI2/dF / 2, and what multiplies g in the stress."""
    g, det = _inverse_transposed(f)
    root = np.cbrt(det)
    a, b = 2 * c1 / root**2, 2 * c2 / root**4
    c = _product(f, f)
    first = c[0, 0] + c[1, 1] + c[2, 2]
    second = (first**2 - _norm(c)) / 2
    h = first * f - _product(_transposed(f), c)
    return g, det, a, b, c, first, second, h, kappa * (det - 1) * det - a * first / 3 - 2 / 3 * b * second


def mooney_stress(f: np.ndarray, c1: float, c2: float, kappa: float) -> np.ndarray:
    g, _, a, b, _, _, _, h, p = _mooney(f, c1, c2, kappa)
    return a * f + b * h + p * g


def mooney_elasticity(f: np.ndarray, c1: float, c2: float, kappa: float) -> np.ndarray:
    g, det, a, b, c, first, second, h, p = _mooney(f, c1, c2, kappa)
    slope = (2 / 3 * a) * f + (4 / 3 * b) * h
    both = (2 / 9 * a * first + 8 / 9 * b * second + kappa * (2 * det - 1) * det) * g - slope
    made = _outer(g, both)
    made += _outer((2 * b) * f, f)
    made -= _outer(slope, g)
    made -= _crossed(p * g, g)
    made -= _crossed(b * f, f)
    left = np.einsum("ijilb->ijlb", made)
    left -= b * c
    right = np.einsum("ijkjb->ijkb", made)
    right -= (b * _product(_transposed(f), _transposed(f)))[:, None]
    return _add_identity(made, a + b * first)


def venant_stress(f: np.ndarray, lam: float, mu: float) -> np.ndarray:
    return _product(_transposed(f), _second_stress(f, lam, mu))


def _second_stress(f: np.ndarray, lam: float, mu: float) -> np.ndarray:
    e = _product(f, f)
    e -= _ONES
    e *= mu
    trace = (lam / (2 * mu)) * (e[0, 0] + e[1, 1] + e[2, 2])
    view = np.einsum("iib->ib", e)
    view += trace
    return e


def venant_elasticity(f: np.ndarray, lam: float, mu: float) -> np.ndarray:
    made = _outer(lam * f, f)
    scaled = mu * f
    made += _crossed(scaled, f)
    left = np.einsum("ijilb->ijlb", made)
    left += _second_stress(f, lam, mu)
    right = np.einsum("ijkjb->ijkb", made)
    right += _product(_transposed(scaled), _transposed(f))[:, None]
    return made


# The energies, for one F, on any library


def neo_energy(xp: Any, f: Any, mu: float, kappa: float) -> Any:
    det = xp.linalg.det(f)
    return mu / 2 * (det ** (-2 / 3) * xp.trace(f.T @ f) - 3) + kappa / 2 * (det - 1) ** 2


def mooney_energy(xp: Any, f: Any, c1: float, c2: float, kappa: float) -> Any:
    det, c = xp.linalg.det(f), f.T @ f
    first = xp.trace(c)
    second = (first**2 - xp.trace(c @ c)) / 2
    return c1 * (det ** (-2 / 3) * first - 3) + c2 * (det ** (-4 / 3) * second - 3) + kappa / 2 * (det - 1) ** 2


def venant_energy(xp: Any, f: Any, lam: float, mu: float) -> Any:
    c = f.T @ f
    trace = (xp.trace(c) - 3) / 2
    return lam / 2 * trace**2 + mu / 4 * (xp.trace(c @ c) - 2 * xp.trace(c) + 3)


SOLIDS = [
    Solid(
        "neo-Hookean solid",
        "mu/2*(det(F)^(-2/3)*tr(F'*F) - 3) + kappa/2*(det(F) - 1)^2",
        {"mu": 1.3, "kappa": 20.0},
        neo_energy,
        neo_stress,
        neo_elasticity,
    ),
    Solid(
        "Mooney-Rivlin solid",
        "c1*(det(F)^(-2/3)*tr(F'*F) - 3) + c2*(det(F)^(-4/3)*(tr(F'*F)^2 - tr(F'*F*F'*F))/2 - 3) + kappa/2*(det(F) - 1)^2",
        {"c1": 0.5, "c2": 0.2, "kappa": 20.0},
        mooney_energy,
        mooney_stress,
        mooney_elasticity,
    ),
    Solid(
        "St. Venant-Kirchhoff solid",
        "lam/2*(tr(F'*F - eye(3))/2)^2 + mu*tr((F'*F - eye(3))*(F'*F - eye(3)))/4",
        {"lam": 2.1, "mu": 1.3},
        venant_energy,
        venant_stress,
        venant_elasticity,
    ),
]


# Contenders


def by_hand(solid: Solid, quantity: str, f: np.ndarray) -> np.ndarray:
    """In blocks, the points innermost; the result is a view with them first."""
    derivative = solid.stress if quantity == "gradient" else solid.elasticity
    axes = (3,) * (2 if quantity == "gradient" else 4)
    whole = np.empty((*axes, len(f)))
    for start in range(0, len(f), _BLOCK):
        block = slice(start, start + _BLOCK)
        whole[..., block] = derivative(np.ascontiguousarray(f[block].transpose(1, 2, 0)), **solid.parameters)
    return np.moveaxis(whole, -1, 0)


def _hand(solid: Solid, quantity: str, points: int) -> Run:
    f = gradients(points)
    return lambda: by_hand(solid, quantity, f)


def _ours(solid: Solid, quantity: str, points: int, library: Library) -> Run:
    program = td.compile(solid.outputs(quantity), backend=library.name)
    f = library.array(gradients(points))
    given = {name: value for name, value in solid.parameters.items() if name in program.inputs}
    return lambda: library.finished(program(F=f, **given))


def _jax(solid: Solid, quantity: str, points: int, library: Any, mode: str) -> Run:
    jax = library.jax
    derivative = jax.grad(lambda f: solid.energy(jax.numpy, f, **solid.parameters))
    if quantity == "Hessian":
        derivative = getattr(jax, mode)(derivative)
    run = jax.jit(jax.vmap(derivative))
    f = library.array(gradients(points))
    return lambda: library.finished(run(f))


def _torch(solid: Solid, quantity: str, points: int, library: Any, mode: str) -> Run:
    torch = library.torch
    derivative = torch.func.grad(lambda f: solid.energy(torch, f, **solid.parameters))
    if quantity == "Hessian":
        derivative = getattr(torch.func, mode)(derivative)
    run = torch.func.vmap(derivative)
    f = library.array(gradients(points))
    return lambda: library.finished(run(f))


class _TraxNames:
    """The functions that the energies use, as tensortrax calls them."""

    def __init__(self) -> None:
        from tensortrax import math

        self.linalg, self.trace = math.linalg, math.trace


def _tensortrax(solid: Solid, quantity: str, points: int) -> Run:
    import tensortrax

    derivative = tensortrax.gradient if quantity == "gradient" else tensortrax.hessian
    run = derivative(partial(solid.energy, _TraxNames()), wrt=0, ntrax=1)
    f = np.ascontiguousarray(gradients(points).transpose(1, 2, 0))
    return lambda: np.moveaxis(run(f, **solid.parameters), -1, 0)


def contenders(solid: Solid, quantity: str, points: int, libraries: Mapping[str, Library]) -> dict[str, dict[str, Make]]:
    found: dict[str, dict[str, Make]] = {HAND: {"": partial(_hand, solid, quantity, points)}}
    for library, name in (("numpy", OURS), ("jax", OURS_JAX), ("torch", OURS_TORCH)):
        if library in libraries:
            found[name] = {"": partial(_ours, solid, quantity, points, libraries[library])}
    modes = [""] if quantity == "gradient" else ["jacfwd", "jacrev"]
    for library, name, make in (("jax", JAX, _jax), ("torch", TORCH, _torch)):
        if library in libraries:
            found[name] = {
                f"vmap {mode}".strip(): partial(make, solid, quantity, points, libraries[library], mode) for mode in modes
            }
    try:
        import tensortrax  # noqa: F401
    except ImportError:
        return found
    found[TENSORTRAX] = {"": partial(_tensortrax, solid, quantity, points)}
    return found


def cases() -> Iterator[Case]:
    for solid in SOLIDS:
        for level, points in enumerate(POINTS):
            for quantity in ("gradient", "Hessian"):
                yield Case(solid.family, f"points={points}", level, quantity, partial(contenders, solid, quantity, points))
