"""Claims as people write them, each with whether it is true: left sides, sums, families, identities, spellings."""

import pytest

import tensordiff as td

CLAIMS = [
    ('2X^TXw-2X^Ty', '\\|Xw-y\\|^2', 'w', {}, True),
    ('X^T(Xw-y)/\\|Xw-y\\|', '\\|Xw-y\\|_2', 'w', {}, True),
    ("2x'A", "x'Ax", 'x', {'shapes': {'x': 'n', 'A': 'n n'}, 'structures': {'A': 'symmetric'}}, True),
    ('A^T\\mathbf{1}', '\\mathbf{1}^TAx', 'x', {}, True),
    ('(A+A^T)x+2b', 'x^TAx+2b^Tx+c', 'x', {}, True),
    ('\\sum_i (w^Tx_i-y_i)x_i', '\\frac12\\sum_i (w^Tx_i-y_i)^2', 'w', {}, True),
    ('\\sum_i 2(x_i-\\mu)', '\\sum_i \\|x_i-\\mu\\|^2', '\\mu', {}, False),
    ('-2\\sum_i (x_i-\\mu)', '\\sum_i \\|x_i-\\mu\\|^2', '\\mu', {}, True),
    ('2X^T(X\\beta-y)+2\\lambda\\beta', '(X\\beta-y)^T(X\\beta-y)+\\lambda\\beta^T\\beta', '\\beta', {}, True),
    ("\\operatorname{diag}(\\sigma'(Wx))W", '\\sigma(Wx)', 'x', {}, True),
    ('A^{-1}', '\\log|A|', 'A', {'layout': 'numerator'}, True),
    ('-X^{-T}A^TX^{-T}', '{\\rm tr}(AX^{-1})', 'X', {}, True),
    ('XB+XB^T', '{\\rm tr}(XBX^T)', 'X', {}, True),
    ("AXB+A'XB'", "tr(X'AXB)", 'X', {}, True),
    ('2(x^Tx)I+4xx^T', '(x^Tx)^2', ['x', 'x'], {}, False),
    ('4(x^Tx)I+8xx^T', '(x^Tx)^2', ['x', 'x'], {}, True),
    ('\\frac{1}{\\|x\\|}\\left(I-\\frac{xx^T}{\\|x\\|^2}\\right)', '\\frac{x}{\\|x\\|}', 'x', {}, True),
    ('-\\frac{1}{2}\\Sigma^{-1}+\\frac12\\Sigma^{-1}(x-\\mu)(x-\\mu)^T\\Sigma^{-1}',
     '-\\frac12\\log\\det\\Sigma-\\frac12(x-\\mu)^T\\Sigma^{-1}(x-\\mu)',
     '\\Sigma', {'structures': {'Sigma': 'symmetric'}}, True),
    ('df = 2(Ax-b)^TA\\,dx', '\\|Ax-b\\|^2', 'x', {}, True),
    ('df = 2A^T(Ax-b):dx', '\\|Ax-b\\|^2', 'x', {}, True),
    ('\\mathrm{d}f = \\langle 2X, \\mathrm{d}X\\rangle', '\\|X\\|_F^2', 'X', {}, True),
    ('\\partial f/\\partial X = 2X', '\\|X\\|_F^2', 'X', {}, True),
    ('df/dX = 2X', 'norm2(X)^2', 'X', {}, True),
    ('∂f/∂x = 2Aᵀ(Ax−b)', '‖Ax−b‖²', 'x', {}, True),
    ('\\frac{\\partial f}{\\partial x_k} = \\sum_j (a_{kj}+a_{jk})x_j',
     '\\sum_{i,j} a_{ij}x_ix_j', 'x', {'shapes': {'x': 'n', 'A': 'n n'}}, True),
    ('\\frac{\\partial s_i}{\\partial z_j} = s_i(\\delta_{ij}-s_j)',
     's', 'z', {'where': {'s': '\\mathrm{softmax}(z)'}, 'shapes': {'z': 'n'}}, True),
    ('\\nabla_W f = (Wx-y)x^T', '\\frac12\\|Wx-y\\|^2', None, {}, True),
    ('\\nabla_x f(x) = Qx+c', 'f(x)=\\frac12x^TQx+c^Tx', None, {'structures': {'Q': 'symmetric'}}, True),
    ('x \\otimes I + I\\otimes x', 'x\\otimes x', 'x', {}, True),
    ('A^T\\otimes I + I\\otimes A', 'XA+AX', 'X', {}, True),
    ('2\\operatorname{tr}(X)I', '\\operatorname{tr}(X)^2', 'X', {}, True),
    ('2(X-A)', '\\operatorname{tr}(X-A)^T(X-A)', 'X', {}, True),
    ('exp(x).*y', "exp(x)'*y", 'x', {}, True),
    ("x exp(-x'x/2)", "-exp(-x'x/2)", 'x', {}, True),
    ('\\frac{1}{x^Tx}x', '\\frac12\\log x^Tx', 'x', {}, True),
    ('P^T(Pw-t)', '\\frac12\\|Pw-t\\|^2', 'w', {}, True),
    ('U', '\\operatorname{tr}(U^TX)', 'X', {}, True),
    ('\\Sigma^{-1}(x-\\mu)', '-\\frac12(x-\\mu)^T\\Sigma^{-1}(x-\\mu)', '\\mu', {'structures': {'Sigma': 'symmetric'}}, True),
    ('2A^\\top Ax', 'x^{\\top} A^{\\top} A x', 'x', {}, True),
    ('\\mathbf{A}^T\\mathbf{y}', '\\mathbf{y}^T\\mathbf{A}\\mathbf{x}', '\\mathbf{x}', {}, True),
]  # fmt: skip


@pytest.mark.parametrize(("claim", "f", "wrt", "declared", "true"), CLAIMS, ids=[claim[0] for claim in CLAIMS])
def test_it_is_read_and_judged(claim, f, wrt, declared, true):
    assert bool(td.check(claim, f, wrt, **declared)) is true


@pytest.mark.parametrize(
    ("claim", "f", "wrt", "said"),
    [
        ("b", "b'x", "x", "b read as a vector of size n"),
        ("lambda*w", "lambda*w'*w/2", "w", "lambda read as a scalar"),
        (r"e^x", r"\mathbf 1^T e^x", "x", "e^(..) read as exp"),
        (r"B^T\otimes I", "XB", "X", "I read as the identity of size"),
        (r"\sum_i (w^Tx_i-y_i)x_i", r"\frac12\sum_i (w^Tx_i-y_i)^2", "w", "x_i read as the i-th of"),
        (r"2(X-A)", r"\operatorname{tr}(X-A)^T(X-A)", "X", "trace of the whole product"),
    ],
)
def test_what_was_assumed_is_said(claim, f, wrt, said):
    verdict = td.check(claim, f, wrt)
    assert verdict
    assert any(said in sentence for sentence in verdict.assumed), verdict.assumed
    assert said in str(verdict)


def test_a_reading_never_makes_a_claim_right():
    """Rules for numbers on matrices are wrong without declarations too."""
    for n in range(2, 12):
        assert not td.check(f"{n}*X^{n - 1}", f"X^{n}", "X")
        assert not td.check(f"{n}X^{{{n - 1}}}", f"X^{{{n}}}", "X")
        assert not td.check(f"-{n}*X^-{n + 1}", f"X^-{n}", "X")
        assert not td.check(f"{n}*A*X^{n - 1}", f"A*X^{n}", "X")
        assert not td.check(f"{n}*(A*X)^{n - 1}*A", f"(A*X)^{n}", "X")
        assert not td.check(f"{n}*X*B", f"{n}*X*B*X/2", "X")
    for a in "ABCDE":
        for b in "PQRS":
            assert not td.check(f"2*{a}*X*{b}", f"X'*{a}*X*{b}", "X")
            assert not td.check(f"-inv(X)*inv(X)*{a}*{b}", f"{a}*inv(X)*{b}", "X")
            assert not td.check(f"{a}*exp(X)*{b}", f"{a}*expm(X)*{b}", "X")
            assert not td.check(f"2*({a}*X+{b})*{a}", f"({a}*X+{b})^2", "X")
            assert not td.check(f"2*({a}*X+{b})*{a}", f"tr(({a}*X+{b})'*({a}*X+{b}))", "X")
            assert not td.check(f"{a}*X*{b}", f"tr({a}*X*{b}*X)", "X")
