"""SymPy's matrix expressions in NumPy, node by node: an independent truth for the exchange with SymPy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import scipy.linalg
import sympy

Array = np.ndarray


def value(node: Any, arrays: Mapping[str, Any], sizes: Mapping[str, int]) -> Array:
    """The value of a SymPy expression; matrix expressions are 2-D, scalars 0-D. `sizes` by the names of symbols."""

    def size(expression: Any) -> int:
        return int(expression.subs({symbol: sizes[symbol.name] for symbol in expression.free_symbols}))

    def read(node: Any) -> Any:
        name = type(node).__name__
        match name:
            case "MatrixSymbol":
                return np.asarray(arrays[node.name]).reshape(size(node.shape[0]), size(node.shape[1]))
            case "Identity":
                return np.eye(size(node.args[0]))
            case "OneMatrix":
                return np.ones([size(s) for s in node.args])
            case "ZeroMatrix":
                return np.zeros([size(s) for s in node.args])
            case "ElementwiseApplyFunction":
                function, argument = node.args
                return _applied(function, read(argument), arrays)
            case "MatrixElement":
                return read(node.args[0])[int(node.args[1]), int(node.args[2])]
            case "ArraySymbol":
                return np.asarray(arrays[str(node.name)]).reshape([size(s) for s in node.shape])
            case "ZeroArray" | "OneArray":
                return np.full([size(s) for s in node.args], float(name == "OneArray"))
            case "ArrayTensorProduct":
                made = np.asarray(1.0)
                for part in node.args:
                    made = np.multiply.outer(made, read(part))
                return made
            case "ArrayAdd":
                return sum(read(part) for part in node.args)
            case "PermuteDims":
                return np.transpose(read(node.args[0]), node.permutation.array_form)
            case "ArrayContraction" | "ArrayDiagonal":
                return _joined(read(node.args[0]), [tuple(map(int, g)) for g in node.args[1:]], name == "ArrayDiagonal")
            case "Reshape":
                return read(node.args[0]).reshape([size(s) for s in node.args[1]])
            case "MatrixSlice":
                whole, rows, columns = node.args
                return read(whole)[tuple(slice(*map(size, map(sympy.sympify, part))) for part in (rows, columns))]
            case "ArrayElement":
                return read(node.args[0])[tuple(map(int, node.args[1]))]
            case "FunctionMatrix":
                down, across = map(size, node.args[:2])
                return np.array([[float(node.args[2](r, c)) for c in range(across)] for r in range(down)])
            case "ArrayElementwiseApplyFunc":
                return _applied(node.args[0], read(node.args[1]), arrays)
            case "Inverse":
                return np.linalg.inv(read(node.args[0]))
            case "BlockMatrix":
                down, across = node.blockshape
                return np.block([[read(node.blocks[r, c]) for c in range(across)] for r in range(down)])
            case "BlockDiagMatrix":
                return scipy.linalg.block_diag(*(read(block) for block in node.args))
            case "ImmutableDenseMatrix" | "MutableDenseMatrix":
                return np.array([[float(read(node[r, c])) for c in range(node.shape[1])] for r in range(node.shape[0])])
            case "Sum":
                raise AssertionError("sums over symbolic indices are not for this evaluator")
        if node.is_Symbol:
            return np.asarray(sizes[node.name] if node.name in sizes else arrays[node.name])
        if node.is_number:
            return np.asarray(float(node))
        values = [read(child) for child in node.args]
        match name:
            case "MatAdd" | "Add":
                return sum(values[1:], values[0])
            case "MatMul" | "Mul":
                result = values[0]
                for other in values[1:]:
                    result = result @ other if np.ndim(result) == np.ndim(other) == 2 else result * other
                return result
            case "MatPow":
                base, exponent = values
                if float(exponent) % 1:
                    return scipy.linalg.fractional_matrix_power(base, float(exponent))
                return np.linalg.matrix_power(base, round(float(exponent)))
            case "Pow" | "HadamardPower":
                return np.power(*values)
            case "Transpose":
                return values[0].T
            case "Trace":
                return np.trace(values[0])
            case "Determinant":
                return np.linalg.det(values[0])
            case "HadamardProduct":
                return np.prod(np.stack(values), axis=0)
            case "KroneckerProduct":
                return np.kron(*values)
            case "DiagMatrix":
                return np.diag(values[0].ravel())
            case "DiagonalOf":
                return np.diag(values[0])[:, None]
            case "DiagonalMatrix":
                return np.diag(np.diag(values[0]))
            case "DotProduct":
                return np.dot(values[0].ravel(), values[1].ravel())
            case "exp" | "log" if np.ndim(values[0]) == 2:
                return getattr(scipy.linalg, name + "m")(values[0])
        variables = [sympy.Dummy() for _ in values]
        return np.asarray(float(node.func(*variables).subs(dict(zip(variables, map(float, values), strict=True)))))

    return np.asarray(read(node))


def _joined(array: Array, groups: list[tuple[int, ...]], kept: bool) -> Array:
    """Axes that stand together are one, which is summed or comes last."""
    letters = list(range(array.ndim))
    for group in groups:
        for axis in group:
            letters[axis] = group[0]
    taken = {axis for group in groups for axis in group}
    others = [axis for axis in range(array.ndim) if axis not in taken]
    return np.einsum(array, letters, [*others, *(group[0] for group in groups)] if kept else others)


def _applied(function: Any, argument: Array, arrays: Mapping[str, Any]) -> Array:
    (variable,) = function.variables
    body = function.expr.subs({s: arrays[s.name] for s in function.expr.free_symbols if s != variable})
    return np.vectorize(lambda entry: float(body.subs(variable, entry)), otypes=[float])(argument)
