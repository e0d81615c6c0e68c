"""Claims in differentials: df = tr(G'*dX), dF = A*dV*B, vec(dF) = M*vec(dV), d2f = dx'*H*dx.

The differential of f is linear in dX, and compared as such: dX is a variable of its own, which ranges over everything
that the variable's structure admits (Magnus and Neudecker 2019, chapter 5). A second differential is that of the first
with dX held fixed.
"""

from tensordiff.check.differential.posing import posed, posed_by_names
from tensordiff.check.differential.problem import DifferentialProblem

__all__ = ["DifferentialProblem", "posed", "posed_by_names"]
