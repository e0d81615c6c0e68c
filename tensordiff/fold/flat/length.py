"""How long the text of a node is, which shorter answers are chosen by."""

from __future__ import annotations

from collections.abc import Sequence

from tensordiff.matrix import Matrix


def leaves(node: Matrix, below: tuple[int, ...]) -> int:
    """How many symbols and constants stand in a node, from the numbers for its operands."""
    return sum(below) or 1


def length_of(node: Matrix, lengths: tuple[int, ...]) -> int:
    """About how many characters the text of a node takes, from the numbers for its operands."""
    match node.op:
        case "symbol":
            return len(node.data[0].name)
        case "named":
            return len(node.data[0])
        case "number" | "size":
            return len(str(node.data[0]))
        case "eye":
            return 5 + _group_length(node.rows)
        case "ones" | "zeros":
            dense = 20 if node.rows and node.cols else 0  # a full matrix of ones is avoided, not only short
            return 6 + _group_length(node.rows) + _group_length(node.cols) + dense
        case "commutation":
            return 14 + _group_length(node.data[0]) + _group_length(node.data[1])  # K is avoided, not only short
        case "duplication" | "skew_duplication" | "elimination":
            return 4
        case "transpose":
            return lengths[0] + (3 if node.children[0].op in ("product", "hadamard", "add", "dot_divide", "divide") else 1)
        case "product":
            return sum(lengths) + len(lengths) - 1 + 2 * sum(x.op in ("add", "hadamard", "dot_divide") for x in node.children)
        case "hadamard" | "dot_divide":
            return sum(lengths) + 2 * (len(lengths) - 1) + 2 * sum(x.op in ("add", "product") for x in node.children)
        case "divide" | "power" | "dot_power":
            compound = sum(x.op in ("add", "product", "hadamard", "divide", "transpose") for x in node.children)
            return sum(lengths) + 1 + (node.op == "dot_power") + 2 * compound
        case "block":
            blank = [child.op == "zeros" for child in node.children]
            return 1 + sum(2 if zero else length + 1 for zero, length in zip(blank, lengths, strict=True))
        case "add":
            signs = 3 * (len(lengths) - 1) + (node.data[0] < 0)
            return sum(lengths) + int(signs) + sum(len(str(abs(c))) + 1 for c in node.data if abs(c) != 1)
        case "apply" | "map":
            return len(node.data[0].name) + 2 + sum(lengths) + 2 * (len(lengths) - 1)
    return len(node.op) + 2 + sum(lengths) + 2 * max(0, len(lengths) - 1)


def _group_length(group: Sequence[object]) -> int:
    return sum(len(str(dim)) for dim in group) + max(0, len(group) - 1)
