"""Programs on a mesh of eight devices: run by test_jax_sharded in a process of its own, which has that many.

Each check gives a line; what fails raises.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.sharding import Mesh, NamedSharding, PartitionSpec

import tensordiff as td
from tests.docs.blocks import with_library

jax.config.update("jax_enable_x64", True)
MESH = Mesh(np.array(jax.devices()).reshape(4, 2), ("rows", "columns"))
RNG = np.random.default_rng(0)
WHOLE = PartitionSpec()


def put(array: np.ndarray, *axes: str | None) -> jax.Array:
    """The array laid out over the mesh: one name of its axes, or None, for each axis of the array."""
    return jax.device_put(array, NamedSharding(MESH, PartitionSpec(*axes)))


def check(
    name: str, outputs: Any, point: Mapping[str, np.ndarray], layout: Mapping[str, tuple[str | None, ...]], sharded: bool = True
) -> None:
    """The program on sharded inputs gives what NumPy gives, and big results stay spread over the devices."""
    expected = td.compile(outputs)(**point)
    program = td.compile(outputs, backend="jax")
    placed = {key: put(array, *layout.get(key, ())) for key, array in point.items()}
    for run in (lambda: program(**placed), lambda: jax.jit(lambda arrays: program(**arrays))(placed)):
        for found, wanted in zip(run(), expected, strict=True):
            np.testing.assert_allclose(np.asarray(found), wanted, rtol=1e-9, atol=1e-10 * np.abs(wanted).max())
            assert found.sharding.device_set == set(jax.devices())
            if sharded and found.ndim:
                (shard,) = {piece.data.shape for piece in found.addressable_shards}
                assert np.prod(shard) < found.size, (name, found.sharding)
    print(name)


def check_products() -> None:
    f = td.parse("A*V*A'", shapes={"A": "m n", "V": "n n"})
    point = {"A": RNG.normal(size=(8, 16)), "V": RNG.normal(size=(16, 16))}
    check("products", [f, td.diff(f, "V")], point, {"A": ("rows", None)})
    check("products on both axes", [f, td.diff(f, "V")], point, {"A": ("rows", "columns"), "V": ("columns", None)})


def check_regression() -> None:
    f = td.parse("sum(softplus(-(y.*(X*w))))", shapes={"X": "n m", "w": "m", "y": "n"}, assume={"y": "binary"})
    point = {"X": RNG.normal(size=(64, 6)), "w": RNG.normal(size=6), "y": np.sign(RNG.normal(size=64))}
    spread = {"X": ("rows", None), "y": ("rows",)}
    check("regression", [f, td.diff(f, "w"), td.diff(f, "w", "w")], point, spread, sharded=False)
    check(
        "rows of the Jacobian", [td.diff(td.parse("tanh(X*w)", shapes={"X": "n m", "w": "m"}), "w")], _without_y(point), spread
    )


def _without_y(point: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: array for name, array in point.items() if name != "y"}


def check_factorisations() -> None:
    shapes, structures = {"X": "n m", "V": "n n"}, {"V": "positive-definite"}
    f = td.parse("inv(X'*inv(V)*X)", shapes=shapes, structures=structures)
    root = RNG.normal(size=(16, 16))
    point = {"X": RNG.normal(size=(16, 4)), "V": root @ root.T + np.eye(16)}
    check("factorisations", [f, td.diff(f, "V")], point, {"X": ("rows", None), "V": ("rows", "columns")}, sharded=False)


def check_structures() -> None:
    program = td.compile(td.parse("tr(V)", shapes={"V": "n n"}, structures={"V": "symmetric"}), backend="jax")
    matrix = np.ones((256, 256))
    assert float(program(V=put(matrix, "rows", "columns"))) == 256
    matrix[3, 200] = 2
    try:
        program(V=put(matrix, "rows", "columns"))
    except td.EvaluationError as error:
        assert "V[4,201] = 2.0" in str(error)
    else:
        raise AssertionError("a matrix that is not symmetric")
    print("structures")


def check_transformations() -> None:
    f = td.parse("sum(log(1 + (A*x).^2))", shapes={"A": "n m", "x": "m"})
    value, slope = td.compile(f, backend="jax"), td.compile(td.diff(f, "x"), backend="jax")
    matrix, vectors = put(RNG.normal(size=(32, 6)), "rows", None), put(RNG.normal(size=(16, 6)), "columns", None)
    grads = jax.jit(jax.vmap(jax.grad(lambda x: value(A=matrix, x=x))))(vectors)
    slopes = jax.vmap(lambda x: slope(A=matrix, x=x))(vectors)
    np.testing.assert_allclose(np.asarray(grads), np.asarray(slopes), rtol=1e-9)
    assert isinstance(jnp.asarray(slopes), jax.Array) and slopes.shape == (16, 6)
    print("transformations")


def check_pages() -> None:
    found = list(with_library("jax"))
    assert found
    for written, run in found:
        assert run == written, run
    print("pages")


if __name__ == "__main__":
    assert len(jax.devices()) == 8
    check_products()
    check_regression()
    check_factorisations()
    check_structures()
    check_transformations()
    check_pages()
