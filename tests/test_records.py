"""Records do what the standard library's dataclasses do: the same classes are made by both."""

from __future__ import annotations

import copy
import dataclasses
import inspect
import pickle
from dataclasses import KW_ONLY
from typing import Any, ClassVar

import pytest

from tensordiff import records
from tensordiff.records import field, record, replace


def point(make: Any, field: Any) -> Any:
    @make
    class Point:
        """A place."""

        kind: ClassVar[str] = "point"
        x: int
        y: int = 0
        seen: list[int] = field(default_factory=list, compare=False, repr=False)
        _: KW_ONLY
        name: str = "p"

        @property
        def sum(self) -> int:
            return self.x + self.y

    return Point


def pair() -> tuple[Any, Any]:
    return point(record, field), point(dataclasses.dataclass(frozen=True), dataclasses.field)


CALLS: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    ((1,), {}),
    ((1, 2), {}),
    ((1, 2, [3]), {"name": "q"}),
    ((), {"x": 1, "y": 2}),
    ((), {"y": 2}),
    ((1, 2, [], "q"), {}),
    ((1,), {"z": 2}),
]


def outcome(cls: Any, arguments: tuple[Any, ...], named: dict[str, Any]) -> Any:
    try:
        made = cls(*arguments, **named)
    except TypeError as error:
        return str(error)
    return made.x, made.y, made.seen, made.name, made.sum, cls.kind, repr(made)


@pytest.mark.parametrize(("arguments", "named"), CALLS)
def test_instances_are_made_alike(arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
    ours, theirs = pair()
    assert outcome(ours, arguments, named) == outcome(theirs, arguments, named)
    assert outcome(ours, arguments, named) == outcome(theirs, arguments, named)  # the second instance as the first


def test_comparison_is_by_value_within_a_class() -> None:
    for cls in pair():
        assert cls(1) == cls(1, 0, [5])
        assert hash(cls(1)) == hash(cls(1, 0, [5]))
        assert cls(1) != cls(2)
        assert cls(1) != (1, 0, "p")
    ours, other = point(record, field), point(record, field)
    assert ours(1) != other(1)


def test_what_is_made_anew_is_not_shared() -> None:
    for cls in pair():
        assert cls(1).seen is not cls(1).seen


def test_records_are_fixed() -> None:
    for cls in pair():
        made = cls(1)
        with pytest.raises(AttributeError):
            made.x = 2
        with pytest.raises(AttributeError):
            del made.x
        assert made.x == 1


def test_an_open_record_can_change_and_has_no_hash() -> None:
    for make in (record(frozen=False), dataclasses.dataclass):

        @make
        class Box:
            content: int

        box = Box(1)
        box.content = 2
        assert box == Box(2)
        with pytest.raises(TypeError):
            hash(box)


def test_records_without_equality_are_themselves_alone() -> None:
    for make in (record(eq=False, repr=False), dataclasses.dataclass(frozen=True, eq=False, repr=False)):

        @make
        class Lone:
            x: int

        one, other = Lone(1), Lone(1)
        assert one != other
        assert len({one, other}) == 2
        assert "Lone object" in repr(one)


def test_fields_are_inherited_and_defaults_overridden() -> None:
    found = []
    for make in (record, dataclasses.dataclass(frozen=True)):

        @make
        class Base:
            x: int
            y: int = 1

        @make
        class Further(Base):
            z: int = 2
            y: int = 3

        class Plain(Further):
            """Not a record of its own."""

        found.append((repr(Further(0))[-24:], Plain(5).y, Further(0) == Further(0, 3, 2), Base(0) == Further(0)))
    assert found[0][1:] == found[1][1:]
    assert found[0][0] == found[1][0]


def test_own_methods_stay() -> None:
    @record
    class Loud:
        x: int

        def __repr__(self) -> str:
            return "loud"

        def __eq__(self, other: object) -> bool:
            return True

        def __hash__(self) -> int:
            return 7

    assert repr(Loud(1)) == "loud"
    assert Loud(1) == 3
    assert hash(Loud(1)) == 7


@record
class Kept:
    """At the top of a module, so that it can be pickled."""

    x: int
    seen: list[int] = field(default_factory=list)


def test_records_are_copied_and_pickled() -> None:
    made = Kept(1, [2])
    assert pickle.loads(pickle.dumps(made)) == made
    assert copy.copy(made) == made
    assert copy.deepcopy(made).seen is not made.seen


def test_replace_keeps_the_rest() -> None:
    ours, theirs = pair()
    assert repr(replace(ours(1, 2, name="q"), y=5)) == repr(dataclasses.replace(theirs(1, 2, name="q"), y=5))
    with pytest.raises(TypeError):
        replace(ours(1), z=5)


def test_patterns_and_signatures_are_those_of_the_fields() -> None:
    match Kept(1, [2]):
        case Kept(x, seen=[second]):
            assert (x, second) == (1, 2)
        case _:
            raise AssertionError
    ours, theirs = pair()
    for cls in (ours, theirs):
        parameters = inspect.signature(cls).parameters
        assert list(parameters) == ["x", "y", "seen", "name"]
        assert parameters["name"].kind is inspect.Parameter.KEYWORD_ONLY
    assert ours.__doc__ == theirs.__doc__


def test_the_module_says_what_it_offers() -> None:
    assert set(records.__all__) == {"KW_ONLY", "field", "record", "replace"}
