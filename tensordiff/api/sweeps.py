"""Products with derivatives, never forming the derivative: one forward or reverse sweep through the expression.

Everywhere f may be a text, read with `shapes`, `structures`, `where` ... as in `parse`.
"""

from __future__ import annotations

from typing import Any

from tensordiff.api.derivative import Derivative, diff, formula
from tensordiff.api.expression import Expression, expression
from tensordiff.api.tensor_form import Product, TensorForm
from tensordiff.api.variables import variable_node
from tensordiff.derive import loosened
from tensordiff.differentiate import freed, pullback, pushforward, restore
from tensordiff.errors import ShapeError, UnknownNameError
from tensordiff.lower import lower
from tensordiff.matrix import Scope, Shape, shape_text
from tensordiff.tensor import Tensor, number


def gradient(
    f: str | Expression | TensorForm, x: Expression | str, *, entries: str | None = None, **declarations: Any
) -> Derivative:
    """The derivative of a scalar; `matrix_form()` has the shape of x. Raises ShapeError unless f is a scalar, and what `diff`
    raises.

        >>> import tensordiff as td
        >>> print(td.gradient(td.parse("norm2(X*w - y)^2"), "w").matrix_form())
        2*X'*(X*w - y)
    """
    f = expression(formula(f, declarations))
    if f.matrix.shape:
        raise ShapeError(f"a gradient is of a scalar, and f is {shape_text(f.matrix.shape)}", hint="use jacobian or diff")
    return diff(f, x, entries=entries)


def jacobian(
    f: str | Expression | TensorForm, x: Expression | str, *, entries: str | None = None, **declarations: Any
) -> Derivative:
    """The first derivative of any expression: f's shape, then that of x. Raises what `diff` raises.

    >>> import tensordiff as td
    >>> print(td.jacobian(td.parse("A*exp(x)"), "x").matrix_form())
    A*diag(exp(x))
    """
    return diff(f, x, entries=entries, **declarations)


def hessian(
    f: str | Expression | TensorForm,
    x: Expression | str,
    y: Expression | str | None = None,
    *,
    entries: str | None = None,
    **declarations: Any,
) -> Derivative:
    """The second derivative by x twice, or by x and y: f's shape, then those of the variables. Raises what `diff` raises.

    >>> import tensordiff as td
    >>> print(td.hessian(td.parse("x'*A*x"), "x").matrix_form())
    A + A'
    """
    return diff(f, x, x if y is None else y, entries=entries, **declarations)


def jvp(f: str | Expression | TensorForm, x: Expression | str, dx: Expression | str, **declarations: Any) -> Product:
    """The directional derivative sum_k df/dx_k dx_k, of f's shape; `dx` is an expression of x's shape, or the name of a
    new variable of that shape. Raises ShapeError for another shape, UnknownNameError for an unknown variable.

        >>> import tensordiff as td
        >>> print(td.jvp(td.parse("inv(V)", shapes={"V": "n n"}), "V", "dV").matrix_form())
        -inv(V)*dV*inv(V)
    """
    f = expression(formula(f, declarations))
    node = variable_node(f.scope, x)
    direction, scope = _like(node.shape, dx, f.scope, "dx")
    loose, tensor = freed(node.data[0]), loosened(f.matrix, [node])
    return Product(restore(pushforward(tensor, loose, direction), [node.data[0]]), scope, f.matrix.shape, f.formulas)


def vjp(f: str | Expression | TensorForm, x: Expression | str, g: Expression | str, **declarations: Any) -> Product:
    """The adjoint product sum_i g_i df_i/dx, of x's shape; `g` is an expression of f's shape, or the name of a new
    variable of that shape. Raises ShapeError for another shape, UnknownNameError for an unknown variable.

        >>> import tensordiff as td
        >>> print(td.vjp(td.parse("inv(V)", shapes={"V": "n n"}), "V", "G").matrix_form())
        -inv(V)'*G*inv(V)'
    """
    f = expression(formula(f, declarations))
    node = variable_node(f.scope, x)
    weights, scope = _like(f.matrix.shape, g, f.scope, "g")
    loose, tensor = freed(node.data[0]), loosened(f.matrix, [node])
    return Product(restore(pullback(tensor, loose, weights), [node.data[0]]), scope, node.shape, f.formulas)


def hvp(f: str | Expression | TensorForm, x: Expression | str, v: Expression | str, **declarations: Any) -> Product:
    """The Hessian of a scalar f times a direction v of x's shape: the directional derivative of the gradient.
    Raises ShapeError unless f is a scalar and v has x's shape, UnknownNameError for an unknown variable.

        >>> import tensordiff as td
        >>> print(td.hvp(td.parse("x'*A*x", shapes={"A": "n n", "x": "n"}), "x", "v").matrix_form())
        (A + A')*v
    """
    f = expression(formula(f, declarations))
    if f.matrix.shape:
        raise ShapeError(f"hvp is of a scalar function, and f is {shape_text(f.matrix.shape)}", hint="use diff(f, x, x)")
    node = variable_node(f.scope, x)
    direction, scope = _like(node.shape, v, f.scope, "v")
    loose, tensor = freed(node.data[0]), loosened(f.matrix, [node])
    slope = pullback(tensor, loose, number(1))
    return Product(restore(pushforward(slope, loose, direction), [node.data[0]]), scope, node.shape, f.formulas)


def _like(shape: Shape, value: Expression | str, scope: Scope, role: str) -> tuple[Tensor, Scope]:
    if isinstance(value, str):
        if value in scope.symbols:
            value = Expression(scope.symbols[value], scope)
        elif not value.isidentifier():
            raise UnknownNameError(f"{value} is no name of a direction", hint="give a name, or td.parse(...) of the formula")
        else:
            scope = scope.declare(value, shape)
            return lower(scope.symbols[value]), scope
    if value.matrix.shape != shape:
        raise ShapeError(f"{role} must be {shape_text(shape)}, and {value} is {shape_text(value.matrix.shape)}")
    return value.tensor, scope.merge(value.scope)


def gauss_newton(r: str | Expression | TensorForm, x: Expression | str, v: Expression | str, **declarations: Any) -> Product:
    """J' J v for the Jacobian J of a residual r: the Gauss-Newton part of the Hessian of norm2(r)^2/2 times a direction v
    of x's shape. Weigh the residual for other losses. Raises ShapeError unless v has x's shape, UnknownNameError for an unknown
    variable.

        >>> import tensordiff as td
        >>> r = td.parse("A*exp(x) - b", shapes={"A": "m n", "x": "n", "b": "m"})
        >>> print(td.gauss_newton(r, "x", "v").matrix_form())
        exp(x).*(A'*A*(v.*exp(x)))
    """
    r = expression(formula(r, declarations))
    node = variable_node(r.scope, x)
    direction, scope = _like(node.shape, v, r.scope, "v")
    loose, tensor = freed(node.data[0]), loosened(r.matrix, [node])
    forward = pushforward(tensor, loose, direction)
    return Product(restore(pullback(tensor, loose, forward), [node.data[0]]), scope, node.shape, r.formulas)
