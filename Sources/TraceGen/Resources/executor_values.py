"""How the policy sees values and failures: as text that is bounded and the same in every run."""

from __future__ import annotations

import re
import types

from executor_syntax import FILE_NAME

TYPE_CHECKING = False  # importing `typing` would cost every episode some milliseconds
if TYPE_CHECKING:
    from collections.abc import Iterable

VALUE_CHARACTER_LIMIT = 8_000
TYPE_CHARACTER_LIMIT = 200
TRACEBACK_CHARACTER_LIMIT = 2_000
LINE_CHARACTER_LIMIT = 200
FRAME_LIMIT = 10

_NAME = vars(type)["__name__"]
_TRACEBACK = vars(BaseException)["__traceback__"]
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


def without_addresses(text: str) -> str:
    return _ADDRESS.sub("", text)


def cut(text: str, limit: int) -> str:
    text = str.__str__(text)  # a plain one, whatever a subclass makes of itself
    return text if len(text) <= limit else f"{text[:limit]}… [{len(text) - limit} more characters]"


def name_of(kind: type) -> str:
    """A class's name, in one line. Asking the class for its `__name__` could run code of its metaclass."""
    name = str.__str__(_NAME.__get__(kind))
    if not name.isprintable():
        name = "".join(letter if letter.isprintable() else "?" for letter in name)
    return cut(name, TYPE_CHARACTER_LIMIT)


def type_text(value: object) -> str:
    """The type's name, one level into containers: `list[str]`, `dict[str, int]`, `tuple[str, int]`."""
    name = name_of(type(value))
    if isinstance(value, tuple) and value:
        parts = [name_of(type(element)) for element in tuple.__iter__(value)]
        if len(parts) > 8 and len(set(parts)) == 1:
            parts = [parts[0], "..."]
        return cut(f"{name}[{', '.join(parts)}]", TYPE_CHARACTER_LIMIT)
    if isinstance(value, dict) and value:
        return f"{name}[{union(dict.keys(value))}, {union(dict.values(value))}]"
    if isinstance(value, (list, set, frozenset)) and value:
        return f"{name}[{union(value)}]"
    return name


def union(values: Iterable[object]) -> str:
    return cut(" | ".join(sorted({name_of(type(value)) for value in values})), TYPE_CHARACTER_LIMIT)


def value_text(value: object, room: int = VALUE_CHARACTER_LIMIT) -> str:
    """A str as it is, anything else as its repr; sets in sorted order; no addresses; cut to `room`."""
    limit = min(room, VALUE_CHARACTER_LIMIT)
    if type(value) is str:
        return cut(value, limit)
    if type(value) in (set, frozenset) and value:
        inner = "{" + ", ".join(sorted(map(repr, value))) + "}"  # type: ignore[call-overload]
        text = inner if type(value) is set else f"frozenset({inner})"
    else:
        text = repr(value)
    return cut(without_addresses(text), limit)


def is_variable(name: str, value: object) -> bool:
    is_module = issubclass(type(value), types.ModuleType)  # the value's word for its class is not asked
    return not name.startswith("_") and not is_module and not callable(value)


def told(error: BaseException) -> tuple[str, int | None]:
    """What an exception says of itself, and the line it names. Calls code of its class."""
    kind = type(error)
    is_syntax = issubclass(kind, SyntaxError)
    text = error.msg if is_syntax else str(error)  # type: ignore[attr-defined]
    line = error.lineno if is_syntax or kind is UnknownName else None  # type: ignore[attr-defined]
    text = f"{class_name(error)}: {text}" if text else class_name(error)
    return cut(without_addresses(text), TRACEBACK_CHARACTER_LIMIT // 2), line if type(line) is int else None


def class_name(error: BaseException) -> str:
    return "NameError" if type(error) is UnknownName else name_of(type(error))


class UnknownName(NameError):
    """An argument of a placeholder that is nowhere, found before anything has run."""

    def __init__(self, name: str, line: int) -> None:
        super().__init__(f"name '{name}' is not defined")
        self.lineno = line


def frame_text(lines: list[str], number: int, name: str) -> str:
    text = lines[number - 1].strip() if 0 < number <= len(lines) else ""
    return f'  File "{FILE_NAME}", line {number}, in {name}\n    {cut(text, LINE_CHARACTER_LIMIT)}'


def traceback_text(error: BaseException, last: str, line: int | None, source: str) -> str:
    """A traceback of the statement's own frames, then `last`: the same on every version of Python."""
    lines = source.split("\n")
    frames: list[str] = []
    step: types.TracebackType | None = _TRACEBACK.__get__(error)
    while step is not None:
        code = step.tb_frame.f_code
        if code.co_filename == FILE_NAME:
            frames.append(frame_text(lines, step.tb_lineno, code.co_name))
        step = step.tb_next
    if not frames and line:
        frames.append(frame_text(lines, line, "<module>"))
    if len(frames) > FRAME_LIMIT:
        half = FRAME_LIMIT // 2
        frames[half:-half] = [f"  … [{len(frames) - FRAME_LIMIT} more frames]"]
    if not frames:
        return last
    head = "\n".join(["Traceback (most recent call last):", *frames])
    return cut(head, TRACEBACK_CHARACTER_LIMIT - len(last) - 40) + "\n" + last
