"""Reads the policy's code for the host, in a process of its own that never runs any of it.

Speaks JSON lines over its standard files: the host sends a block, one answer comes back, with a broken format
rule or with what each statement is. Reading may take the process down; the host starts another one.
"""

from __future__ import annotations

import ast
import json
import math
import os
import re
import resource
import warnings

import code_rules as rules
import executor_limits as limits
import executor_syntax as syntax
import executor_worker as worker

TYPE_CHECKING = False  # importing `typing` would cost some milliseconds
if TYPE_CHECKING:
    from typing import Any

    Message = dict[str, Any]

PROCESSOR_SECONDS = 20  # for one block; no honest one takes one of them
MEMORY_BYTES = 1 << 30

# Names and attributes with which a statement may make variables other than by assigning them, now or later.
# The list is generous: what uses one of them is allowed to have made any names.
NAME_MAKERS = frozenset(
    {
        *("exec", "eval", "compile", "globals", "locals", "vars", "setattr", "delattr", "getattr"),
        *("breakpoint", "sys", "builtins", "bltns", "types", "inspect", "operator", "importlib", "ctypes"),
        *("gc", "weakref"),
    }
)
FRAMES = re.compile(r"_|(f|tb|gi|cr|ag|co)_")  # private attributes, and those of frames and code
# Modules whose import alone makes nothing else reachable.
PLAIN_MODULES = frozenset(
    {
        *("bisect", "calendar", "collections", "copy", "dataclasses", "datetime", "decimal", "difflib"),
        *("enum", "fractions", "functools", "heapq", "itertools", "json", "math", "os", "random", "re"),
        *("statistics", "string", "textwrap", "time", "typing", "unicodedata"),
    }
)
SUSPECTS = (
    *(ast.Name, ast.Attribute, ast.Import, ast.ImportFrom, ast.GeneratorExp),
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Global),
)


def makes_other_names(nodes: list[ast.AST]) -> bool:
    """Whether code may, now or later, make variables that are not among its stored names."""
    return any(isinstance(node, SUSPECTS) and is_suspect(node) for node in nodes)


def is_suspect(node: ast.AST) -> bool:
    if isinstance(node, ast.Name):
        return node.id in NAME_MAKERS or node.id.startswith("__")
    if isinstance(node, ast.Attribute):
        return is_suspect_attribute(node.attr)
    if isinstance(node, ast.Import):
        return not all(alias.name.split(".")[0] in PLAIN_MODULES for alias in node.names)
    if isinstance(node, ast.ImportFrom):
        return (node.module or "").split(".")[0] not in PLAIN_MODULES or any(
            alias.name == "*" or is_suspect_attribute(alias.name) for alias in node.names
        )
    if isinstance(node, ast.GeneratorExp):  # may bind a name when it is consumed, in a later statement
        return any(isinstance(part, ast.NamedExpr) for part in ast.walk(node))
    return True  # a definition


def is_suspect_attribute(name: str) -> bool:
    return name in NAME_MAKERS or FRAMES.match(name) is not None


def facts(text: str) -> Message:
    """What code is, by its own text alone."""
    try:
        if syntax.holds_endless_accents(text):
            raise ValueError
        nodes = syntax.nodes_of(ast.parse(text))
    except (SyntaxError, ValueError):
        nothing = {"stored": [], "makes_other_names": False, "placeholder": None}
        return {"text": text, "is_python": False, **nothing}
    body = nodes[0].body  # type: ignore[attr-defined]
    return facts_of(text, nodes, syntax.stored_names(nodes), body[0] if len(body) == 1 else None)


def facts_of(text: str, nodes: list[ast.AST], stored: list[str], statement: ast.stmt | None) -> Message:
    """What is known of code from what lies in it; `statement` is what may be a placeholder."""
    placeholder = syntax.placeholder_of(statement, syntax.BUILTIN_NAMES.__contains__) if statement else None
    return {
        "text": text,
        "is_python": True,
        "stored": stored,
        "makes_other_names": makes_other_names(nodes),
        "placeholder": shape(statement, placeholder) if statement and placeholder else None,
    }


def shape(statement: ast.stmt, placeholder: syntax.Placeholder) -> Message:
    """What is shown of a statement where nobody has defined the function it calls."""
    names, literals = syntax.taken_in(placeholder.call)
    return {
        "name": placeholder.name,
        "signature": syntax.signature(statement),
        "inputs": list(dict.fromkeys(name for name, _ in names)),
        "outputs": placeholder.outputs,
        "literals": list(literals),
    }


def read(code: str, expands: bool, known: list[str]) -> Message:
    """A block by the format rules: which one it breaks, or its statements. A script is one statement."""
    try:
        try:
            return {"statements": read_expansion(code, known) if expands else [read_script(code)]}
        except (RecursionError, MemoryError):
            raise rules.FormatProblem(
                1, "the code is nested too deeply to be read. Write it as several simple statements."
            ) from None
        except ValueError as error:  # a number that Python reads and does not write
            raise rules.FormatProblem(1, f"the code cannot be written out: {error}.") from None
    except rules.FormatProblem as problem:
        return {"problem": str(problem)}


def read_expansion(code: str, known: list[str]) -> list[Message]:
    names = frozenset(known) | syntax.BUILTIN_NAMES
    return [
        facts_of(part.text, part.nodes, part.stored, part.node) if part.has_own_lines else facts(part.text)
        for part in rules.parse_block(code, names.__contains__)
    ]


def read_script(code: str) -> Message:
    """A script has no placeholders, whatever it calls."""
    nodes = syntax.nodes_of(rules.read(rules.with_plain_line_ends(code)))
    return facts_of(code, nodes, syntax.stored_names(nodes), None)


def read_statement(code: str) -> Message:
    """One statement, or one script, as it is; nothing is said of what is nested too deeply."""
    try:
        return {"statements": [facts(code)]}
    except (RecursionError, MemoryError, ValueError):
        return {"statements": []}


def answer(request: Message) -> Message:
    if request["op"] == "read":
        return read(request["code"], request["rules"] == "expansion", request["known"])
    return read_statement(request["code"])


def main() -> None:
    warnings.simplefilter("ignore")
    os.environ.clear()
    incoming = os.fdopen(os.dup(0), "rb")
    worker.limit_resources()
    limits.set_limit(resource.RLIMIT_AS, MEMORY_BYTES, for_good=True)
    is_filtered = worker.filter_system_calls(bytes.fromhex(json.loads(incoming.readline())["filter"]))
    send({"filtered": is_filtered})
    for line in incoming:
        request = json.loads(line)
        limits.set_limit(resource.RLIMIT_CPU, math.ceil(limits.used()) + PROCESSOR_SECONDS)
        send({"id": request["id"], **answer(request)})
    os._exit(0)


def send(message: Message) -> None:
    data = (json.dumps(message, ensure_ascii=False, separators=(",", ":")) + "\n").encode("utf-8", "replace")
    while data:
        data = data[os.write(1, data) :]
