"""Every name that is typeset reads back as the same name, whatever it is made of."""

from __future__ import annotations

from random import Random

import pytest

import tensordiff as td
from tensordiff.render.names import latex_name

NAMES = [
    "x", "X", "K1", "K_1", "x1", "x_1", "x12", "X_ij", "X_tr", "X_train", "x_hat", "xhat", "x_bar", "loss", "W1_q", "W_q1",
    "_x", "__x", "x_", "x__y", "A_b", "A_b_c", "a_1_2", "u_x_y", "T", "e", "d", "dx", "D1", "I", "E", "S_n", "exp1", "logx",
    "det_A", "tr1", "inv_S", "sum_x", "x0", "mu0", "mu_0", "sigma2", "log_p", "d_x", "dot_x", "y_star", "b1", "h_t", "a1b2",
    "vec1", "diag_x", "eye1", "ones1", "kron1", "alpha_n", "Tr_1", "trace_2", "top_1", "T_1", "K_11", "D_12", "L_1",
    "unit_1", "e1", "I_n", "E_1", "zeros2", "norm2_x", "softmax_1", "mean_x", "λ", "Σ", "μ_0", "Σ_1", "αβ", "x_α", "ell",
    "hbar", "theta_hat", "beta1", "beta12", "alpha", "Gamma", "varphi", "Sigma_xy", "lambda", "pi_1", "phi_x_y", "ln_2",
    "Det_x", "one", "zero",
]  # fmt: skip
SHAPES = ["", "n", "n n"]
TEXTS = {
    "": ["{0}", "{0}^2*B", "exp({0})*{0}"],
    "n": ["{0}", "{0}'*{0}", "B*{0}"],
    "n n": ["{0}", "{0}*B*{0}'", "tr({0}'*{0})"],
}


def reads_back(name: str, shape: str) -> None:
    shapes = {name: shape, "B": "n n"}
    for text in TEXTS[shape]:
        f = td.parse(text.format(name), shapes=shapes)
        assert td.parse(f.latex(), shapes=shapes).matrix is f.matrix, (name, f.latex())


@pytest.mark.parametrize("shape", SHAPES, ids=["scalar", "vector", "matrix"])
@pytest.mark.parametrize("name", NAMES)
def test_names_read_back(name: str, shape: str) -> None:
    reads_back(name, shape)


def test_made_up_names_read_back() -> None:
    """Words of the language, letters and digits put together with underscores at random."""
    random = Random(3)
    parts = [
        "x",
        "A",
        "1",
        "2",
        "12",
        "tr",
        "det",
        "exp",
        "eye",
        "mu",
        "Sigma",
        "ab",
        "hat",
        "norm2",
        "train",
        "T",
        "i",
        "n",
        "_",
        "",
    ]
    names = {"_".join(random.choices(parts, k=random.randrange(1, 4))) for _ in range(400)}
    shapes = {"n n": 0, "n": 0}
    for name in sorted(names):
        if not name.isidentifier() or name in ("n", "B", "_", "__") or not _may_be_declared(name):
            continue
        for shape in shapes:
            reads_back(name, shape)
            shapes[shape] += 1
    assert min(shapes.values()) > 60


def _may_be_declared(name: str) -> bool:
    try:
        td.parse(name, shapes={name: "n"})
    except td.TensordiffError:
        return False
    return True


@pytest.mark.parametrize(
    ("name", "latex"),
    [
        ("Sigma_x", r"\Sigma_{x}"), ("x1", "x_{1}"), ("loss", r"\mathrm{loss}"), ("A_b_c", r"A_{\mathrm{b,c}}"),
        ("det_A", r"\mathrm{det\_A}"), ("eye1", r"\mathrm{eye1}"), ("_x", r"\mathrm{\_x}"),
        ("X_train'", r"X_{\mathrm{train}}'"),
        ("x_ab", "x_{ab}"), ("x_mu", r"x_{\mu}"),
    ],
)  # fmt: skip
def test_spelling_of_names(name: str, latex: str) -> None:
    assert latex_name(name) == latex
