"""Records: classes of named fields, frozen and compared by value unless they say otherwise.

These are the standard library's dataclasses as far as they are used here. Those write and compile six methods for each class
when it is defined, and load the inspection of source code for it, which is a third of the time of a short command; here a class
costs nothing until a first instance is made, and then its constructor is compiled, so that instances are made as fast.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, dataclass_transform, overload

if TYPE_CHECKING:
    from dataclasses import KW_ONLY
else:
    KW_ONLY = "KW_ONLY"
    """The type of a field `_` behind which fields are given by name."""

__all__ = ["KW_ONLY", "field", "record", "replace"]

Class = TypeVar("Class", bound=type)
Instance = TypeVar("Instance")

_MISSING: Any = object()


class _Field:
    """What is said of a field beside its type."""

    __slots__ = ("compare", "default", "default_factory", "named", "repr")

    def __init__(
        self, default: Any = _MISSING, default_factory: Any = _MISSING, repr: bool = True, compare: bool = True
    ) -> None:
        self.default = default
        self.default_factory = default_factory
        self.repr = repr
        self.compare = compare
        self.named = False  # whether it is given by name only


def field(*, default: Any = _MISSING, default_factory: Any = _MISSING, repr: bool = True, compare: bool = True) -> Any:
    """A field whose default is made anew for each instance, or that is not shown or not compared."""
    return _Field(default, default_factory, repr, compare)


@overload
def record(cls: Class, /) -> Class: ...
@overload
def record(*, frozen: bool = True, eq: bool = True, repr: bool = True) -> Callable[[Class], Class]: ...
@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def record(cls: Any = None, /, *, frozen: bool = True, eq: bool = True, repr: bool = True) -> Any:
    """Makes a class a record: its annotated names are its fields, in order, after those of the records that it extends.

    `frozen`: fields cannot be set again. `eq`: instances are compared by their fields, and hashed by them where frozen.
    `repr`: an instance shows its fields. Methods that the class has itself stay.

    >>> @record
    ... class Point:
    ...     x: int
    ...     y: int = 0
    >>> Point(1), Point(1) == Point(x=1, y=0), replace(Point(1), y=2)
    (Point(x=1, y=0), True, Point(x=1, y=2))
    """

    def made(cls: Any) -> Any:
        return _made(cls, frozen, eq, repr)

    return made if cls is None else made(cls)


def replace(instance: Instance, /, **changes: Any) -> Instance:
    """A record with other values in some fields."""
    cls: Any = type(instance)
    made: Instance = cls(**({name: getattr(instance, name) for name in cls.__record_fields__} | changes))
    return made


def _made(cls: Any, frozen: bool, eq: bool, repr: bool) -> Any:
    own = vars(cls)
    fields: dict[str, _Field] = dict(getattr(cls, "__record_fields__", {}))
    named = False
    for name, annotation in own.get("__annotations__", {}).items():
        named = named or annotation == "KW_ONLY"
        if annotation == "KW_ONLY" or annotation.startswith("ClassVar"):
            continue
        given = own.get(name, _MISSING)
        fields[name] = given if isinstance(given, _Field) else _Field(given)
        fields[name].named = named
        if isinstance(given, _Field):
            if given.default is _MISSING:
                delattr(cls, name)
            else:
                setattr(cls, name, given.default)
    cls.__record_fields__ = fields
    methods: dict[str, Any] = {"__init__": _first, "__match_args__": tuple(fields), "__signature__": _Signature()}
    if frozen:
        methods |= {"__setattr__": _refused, "__delattr__": _refused}
    if eq:
        compared = [name for name, each in fields.items() if each.compare]
        methods |= _comparison(attrgetter(*compared) if compared else type, frozen)
    if repr:
        methods["__repr__"] = _shown
    for name, method in methods.items():
        if name not in own or (name == "__hash__" and own[name] is None):
            setattr(cls, name, method)
    cls.__record_frozen__ = frozen
    return cls


def _first(self: Any, /, *arguments: Any, **named: Any) -> None:
    """The constructor until a first instance is made, which compiles it."""
    owner: Any = next(cls for cls in type(self).__mro__ if vars(cls).get("__init__") is _first)
    _compile(owner)
    owner.__init__(self, *arguments, **named)


def _compile(cls: Any) -> None:
    """Writes the constructor of a record."""
    names: dict[str, Any] = {"_set": object.__setattr__, "_missing": _MISSING}
    parameters, body = [], []
    for name, each in sorted(cls.__record_fields__.items(), key=lambda pair: pair[1].named):
        if each.named and "*" not in parameters:
            parameters.append("*")
        value = name
        if each.default_factory is not _MISSING:
            names[f"_make_{name}"] = each.default_factory
            parameters.append(f"{name}=_missing")
            value = f"_make_{name}() if {name} is _missing else {name}"
        elif each.default is not _MISSING:
            names[f"_default_{name}"] = each.default
            parameters.append(f"{name}=_default_{name}")
        else:
            parameters.append(name)
        body.append(f"_set(self, {name!r}, {value})" if cls.__record_frozen__ else f"self.{name} = {value}")
    exec(f"def __init__(self, {', '.join(parameters)}):\n " + ("\n ".join(body) or "pass"), names)
    names["__init__"].__qualname__ = f"{cls.__qualname__}.__init__"
    names["__init__"].__module__ = cls.__module__
    cls.__init__ = names["__init__"]


class _Signature:
    """The signature of a record for `help`, made when somebody asks."""

    def __get__(self, instance: object, owner: Any) -> Any:
        import inspect  # a large module, needed by nobody but readers

        if vars(owner).get("__init__") is _first:
            _compile(owner)
        signature = inspect.signature(owner.__init__)
        return signature.replace(parameters=list(signature.parameters.values())[1:])


def _comparison(fields: Callable[[Any], Any], frozen: bool) -> dict[str, Any]:
    def equals(self: Any, other: object) -> Any:
        if type(self) is not type(other):
            return NotImplemented
        return self is other or fields(self) == fields(other)

    def hashed(self: Any) -> int:
        return hash(fields(self))

    return {"__eq__": equals, "__hash__": hashed if frozen else None}


def _refused(self: Any, name: str, *value: object) -> NoReturn:
    raise AttributeError(f"{type(self).__name__} is fixed: {name} cannot be changed")


def _shown(self: Any) -> str:
    shown = (f"{name}={getattr(self, name)!r}" for name, each in self.__record_fields__.items() if each.repr)
    return f"{type(self).__qualname__}({', '.join(shown)})"
