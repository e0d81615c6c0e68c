"""Functions with closed derivatives in PyTorch: autograd's own checks, and what its transformations give."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest

import tensordiff as td
from tests.api.closed_cases import CASES, Case, drawn

# PyTorch's own forward mode compiles its rules so.
pytestmark = pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated:DeprecationWarning")

if find_spec("torch"):
    import torch
    from torch.autograd import gradcheck, gradgradcheck

    def arrays_of(case: Case) -> list[Any]:
        return [torch.tensor(array, requires_grad=True) for array in drawn(case)]

    def function_of(case: Case) -> Any:
        f = td.torch_function(td.parse(case.text, shapes=case.shapes, sizes=list(case.sizes)))
        return lambda *arrays: f(*arrays, **case.sizes)

    @pytest.mark.parametrize("case", CASES, ids=[case.text for case in CASES])
    def test_torch_finds_the_derivatives_right_to_second_order(case: Case) -> None:
        f, arrays = function_of(case), arrays_of(case)
        assert gradcheck(f, arrays, check_forward_ad=True)
        assert gradgradcheck(f, arrays, check_fwd_over_rev=True)

    @pytest.mark.parametrize("case", CASES, ids=[case.text for case in CASES])
    def test_torch_transformations(case: Case) -> None:
        f, arrays = function_of(case), arrays_of(case)
        places = tuple(range(len(arrays)))
        for back, on in zip(torch.func.jacrev(f, places)(*arrays), torch.func.jacfwd(f, places)(*arrays), strict=True):
            torch.testing.assert_close(back, on)
        stack = torch.randn(5, *arrays[-1].shape, dtype=torch.float64)
        mapped = torch.func.vmap(lambda last: f(*arrays[:-1], last))(stack)
        torch.testing.assert_close(mapped, torch.stack([f(*arrays[:-1], last) for last in stack]))
        if f(*arrays).ndim == 0:
            hessian = torch.func.hessian(f, len(arrays) - 1)(*arrays)
            rows = torch.autograd.functional.hessian(lambda last: f(*arrays[:-1], last), arrays[-1])
            torch.testing.assert_close(hessian, rows)
            slopes = torch.func.vmap(torch.func.grad(lambda last: f(*arrays[:-1], last)))(stack)
            assert slopes.shape == stack.shape

    def test_torch_third_derivatives() -> None:
        f = td.torch_function(td.parse("sum(x.^4)", shapes={"x": "n"}))
        x = torch.tensor([1.0, -2.0], dtype=torch.float64, requires_grad=True)
        slope = f(x)
        for factor in (4, 12, 24):
            (slope,) = torch.autograd.grad(slope.sum(), x, create_graph=True)
            power = {4: 3, 12: 2, 24: 1}[factor]
            torch.testing.assert_close(slope, factor * x**power)

    def test_torch_batches_share_their_parameters() -> None:
        f = td.torch_function(td.parse("norm2(W*x - y)^2/2", shapes={"W": "n m", "x": "m", "y": "n"}))
        rng = np.random.default_rng(3)
        W, x, y = (torch.tensor(rng.normal(size=s), requires_grad=True) for s in [(3, 2), (7, 2), (7, 3)])
        assert f(W, x, y).shape == (7,)
        assert gradcheck(f, (W, x, y))
        assert gradgradcheck(f, (W, x, y))

    def test_torch_structures_keep_through_their_parameters() -> None:
        shapes = {"S": "n n", "C": "n n"}
        f = td.torch_function(td.parse("logdet(S) + tr(inv(S)*C)", shapes=shapes, structures={"S": "positive-definite"}))
        rng = np.random.default_rng(5)
        L, C = (torch.tensor(np.eye(3) + 0.1 * rng.normal(size=(3, 3)), requires_grad=True) for _ in range(2))
        assert gradcheck(lambda L, C: f(L @ L.T, C), (L, C))
        assert gradgradcheck(lambda L, C: f(L @ L.T, C), (L, C))
        with pytest.raises(td.EvaluationError, match="S is declared positive-definite"):
            f(L, C)

    def test_torch_complex_arrays() -> None:
        f = td.torch_function(td.parse("A*inv(B)*x", shapes={"A": "n n", "B": "n n", "x": "n"}))
        rng = np.random.default_rng(2)
        A, B = (torch.tensor(rng.normal(size=(2, 2)) + 1j * rng.normal(size=(2, 2)), requires_grad=True) for _ in range(2))
        x = torch.tensor(rng.normal(size=2), requires_grad=True)
        assert gradcheck(f, (A, B, x))

    def test_torch_several_values_and_only_what_is_asked() -> None:
        shapes = {"x": "n", "y": "n"}
        f = td.torch_function([td.parse("x'*y", shapes=shapes), td.parse("x.*exp(y)", shapes=shapes)])
        x, y = torch.ones(3, dtype=torch.float64, requires_grad=True), torch.arange(3, dtype=torch.float64)
        inner, product = f(x, y)
        (inner + product.sum()).backward()
        torch.testing.assert_close(x.grad, y + y.exp())
        assert y.grad is None

    def test_torch_trains_a_module() -> None:
        loss = td.torch_function(td.parse("norm2(X*w - y)^2", shapes={"w": "m", "X": "n m", "y": "n"}))

        class Model(torch.nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.w = torch.nn.Parameter(torch.zeros(2, dtype=torch.float64))

            def forward(self, X: Any, y: Any) -> Any:
                return loss(w=self.w, X=X, y=y)

        rng = np.random.default_rng(0)
        X, model = torch.tensor(rng.normal(size=(20, 2))), Model()
        y = X @ torch.tensor([1.0, -2.0], dtype=torch.float64)
        optimiser = torch.optim.LBFGS(model.parameters())

        def closure() -> Any:
            optimiser.zero_grad()
            value = model(X, y)
            value.backward()
            return value

        for _ in range(5):
            optimiser.step(closure)
        np.testing.assert_allclose(model.w.detach().numpy(), [1.0, -2.0], atol=1e-6)

    def test_torch_arguments_are_named_in_errors() -> None:
        f = td.torch_function(td.parse("x'*A*x", shapes={"x": "n", "A": "n n"}))
        with pytest.raises(td.EvaluationError, match="no value given for A"):
            f(torch.ones(2))
        with pytest.raises(td.EvaluationError, match="there is no argument B"):
            f(torch.ones(2), B=torch.ones(2, 2))
        with pytest.raises(td.EvaluationError, match="x is given by place and by name"):
            f(torch.ones(2), x=torch.ones(2))
        with pytest.raises(td.EvaluationError, match="3 arrays are given"):
            f(torch.ones(2), torch.ones(2, 2), torch.ones(2))
