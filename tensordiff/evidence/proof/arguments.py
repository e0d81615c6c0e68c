"""Arguments of functions, reduced by the relations of their own factors: inv(a*I + Q'*Q) is inv(a*I + I) for orthogonal Q."""

from __future__ import annotations

from tensordiff.canonical import Canonicaliser
from tensordiff.evidence.proof.alphabet import Alphabet, terms_of
from tensordiff.evidence.proof.chains import take_apart
from tensordiff.evidence.proof.system import System
from tensordiff.tensor import Apply, Tensor, bottom_up, postorder, rebuild

_PAIRS = 16
_MOST = 40
"""Of more functions the arguments are left as they are."""


def reduce_arguments(tensor: Tensor, forms: Canonicaliser) -> Tensor:
    """The canonical tensor with the arguments of all functions reduced, innermost first."""
    if sum(isinstance(node, Apply) and bool(node.children) for node in postorder([tensor])) > _MOST:
        return tensor

    def visit(node: Tensor, children: tuple[Tensor, ...]) -> Tensor:
        if isinstance(node, Apply):
            children = tuple(_reduced(child, forms) for child in children)
        return rebuild(node, children)

    return forms.tensor(bottom_up(tensor, visit))


def _reduced(tensor: Tensor, forms: Canonicaliser) -> Tensor:
    tensor = forms.tensor(tensor)
    alphabet = Alphabet(forms)
    for _, term in terms_of(tensor):
        parts = take_apart(term)
        for links in (*(chain.links for chain in parts.chains), *parts.cycles):
            alphabet.word(links)
    if len(alphabet.letters) < 2:
        return tensor
    system = System(alphabet)
    if not system.relations:
        return tensor
    system.completion.advance(_PAIRS)
    return system.reduced(tensor)
