"""What a statement is by its own text: the names it binds and takes, and the placeholder it may be.

Nothing here runs any of it: statements are read with CPython's own `ast`.
"""

from __future__ import annotations

import ast
import builtins
import unicodedata

TYPE_CHECKING = False  # importing `typing` would cost every episode some milliseconds
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Known = Callable[[str], bool]

FILE_NAME = "<block>"
ACCENT_LIMIT = 30
# What every block finds in its namespace, so that none may bind it to something else.
PROVIDED = frozenset({"run", "re", *(name for name in dir(builtins) if not name.startswith("_"))})
# As they are before any code of the policy's has run.
BUILTIN_NAMES = frozenset({"run", *dir(builtins)})
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
# What has names of its own.
SCOPES = (*COMPREHENSIONS, ast.Lambda)


class Placeholder:
    """A statement that is one call of an undefined function: `outs = name(ins)` or `name(ins)`."""

    def __init__(self, call: ast.Call, name: str, outputs: list[str]) -> None:
        self.call = call
        self.name = name
        self.outputs = outputs


# --- text


def holds_endless_accents(code: str) -> bool:
    """Whether more combining marks follow each other than Unicode's stream-safe texts have (UAX 15).

    Python normalises names, which takes n^2 steps for n marks.
    """
    if code.isascii():
        return False
    count = 0
    for letter in code:
        count = count + 1 if letter >= "\u0300" and unicodedata.combining(letter) else 0
        if count > ACCENT_LIMIT:
            return True
    return False


# --- nodes

# Fields that hold operators, or whether a name is read or bound: nodes of their own, and nothing to look at.
_MARKS = frozenset({"ctx", "op", "ops"})
_FIELDS: dict[type[ast.AST], tuple[str, ...]] = {}


def nodes_of(root: ast.AST) -> list[ast.AST]:
    """A node and what is below it in order of appearance, each before its parts; no operators."""
    found: list[ast.AST] = []
    _collect(root, found)
    return found


def _collect(node: ast.AST, found: list[ast.AST]) -> None:
    found.append(node)
    fields = _FIELDS.get(type(node))
    if fields is None:
        fields = _FIELDS[type(node)] = tuple(name for name in node._fields if name not in _MARKS)
    for name in fields:
        value = getattr(node, name, None)
        if isinstance(value, list):
            for part in value:
                if isinstance(part, ast.AST):
                    _collect(part, found)
        elif isinstance(value, ast.AST):
            _collect(value, found)


# --- names


def stored_names(nodes: list[ast.AST]) -> list[str]:
    """Names that a statement may bind in its own scope, in order of appearance, each once.

    `nodes` is what `nodes_of` found in it.
    """
    if any(isinstance(node, SCOPES) for node in nodes):
        return list(dict.fromkeys(_stored(nodes[0], frozenset())))
    return list(dict.fromkeys(name for node in nodes if (name := bound_name(node))))


def _stored(node: ast.AST, local: frozenset[str]) -> Iterator[str]:
    if isinstance(node, ast.Lambda):
        return
    if isinstance(node, COMPREHENSIONS):
        local = local | comprehension_names(node)
    name = bound_name(node)
    if name and not (isinstance(node, ast.Name) and name in local):
        yield name
    for child in ast.iter_child_nodes(node):
        yield from _stored(child, local)


def bound_name(node: ast.AST) -> str | None:
    """The variable that a node itself binds or deletes."""
    if isinstance(node, ast.Name):
        return None if isinstance(node.ctx, ast.Load) else node.id
    if isinstance(node, ast.alias):
        return node.asname or node.name.split(".")[0]
    if isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)):
        return node.name
    return node.rest if isinstance(node, ast.MatchMapping) else None


def comprehension_names(node: ast.AST) -> frozenset[str]:
    """The loop variables of a comprehension, which live in it alone."""
    return frozenset(
        name.id
        for generator in node.generators  # type: ignore[attr-defined]
        for name in ast.walk(generator.target)
        if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
    )


def parameter_names(node: ast.Lambda) -> frozenset[str]:
    return frozenset(argument.arg for argument in ast.walk(node.args) if isinstance(argument, ast.arg))


def loaded_names(node: ast.AST, local: frozenset[str] = frozenset()) -> Iterator[str]:
    """Names that an expression reads from its enclosing scope, in order of appearance."""
    if isinstance(node, ast.Lambda):
        local = local | parameter_names(node)
    if isinstance(node, COMPREHENSIONS):
        local = local | comprehension_names(node)
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id not in local:
        yield node.id
    for child in ast.iter_child_nodes(node):
        yield from loaded_names(child, local)


def plain_names(target: ast.expr) -> list[str] | None:
    """The names of a left-hand side made of names only; `None` when there is anything else in it."""
    if isinstance(target, ast.Name):
        return [target.id]
    if isinstance(target, ast.Starred):
        return plain_names(target.value)
    if isinstance(target, (ast.Tuple, ast.List)):
        parts = [plain_names(element) for element in target.elts]
        return None if None in parts else [name for part in parts for name in part or []]
    return None


def placeholder_of(statement: ast.stmt, known: Known) -> Placeholder | None:
    """The placeholder a statement is, if it is one."""
    if not isinstance(statement, (ast.Expr, ast.Assign)) or not isinstance(statement.value, ast.Call):
        return None
    call = statement.value
    if not isinstance(call.func, ast.Name) or known(call.func.id):
        return None
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    names = [plain_names(target) for target in targets]
    if None in names:
        return None
    outputs = list(dict.fromkeys(name for part in names for name in part or []))
    return Placeholder(call, call.func.id, outputs)


def taken_in(call: ast.Call) -> tuple[list[tuple[str, int]], dict[str, ast.expr]]:
    """What a placeholder takes in: names in the order they appear, with the line of their argument; and the
    values of those that it binds itself, keywords with literals, whose line is 0.
    """
    names: list[tuple[str, int]] = []
    literals: dict[str, ast.expr] = {}
    arguments: list[ast.expr | ast.keyword] = [*call.args, *call.keywords]
    for argument in arguments:
        value = argument.value if isinstance(argument, ast.keyword) else argument
        name = argument.arg if isinstance(argument, ast.keyword) else None
        if not is_literal(value):
            names += [(word, value.lineno) for word in loaded_names(value) if word not in BUILTIN_NAMES]
        elif name and name not in PROVIDED:
            literals[name] = value
            names.append((name, 0))
    return names, literals


def signature(statement: ast.stmt) -> str:
    """A placeholder's own text, normalised: the same on every version of Python."""
    if not isinstance(statement, ast.Assign):
        return ast.unparse(statement)
    return " = ".join([*map(target_text, statement.targets), ast.unparse(statement.value)])


def target_text(target: ast.expr) -> str:
    """A left-hand side without the parentheses that Python 3.10 puts around several names."""
    if not isinstance(target, ast.Tuple) or not target.elts:
        return ast.unparse(target)
    return ", ".join(map(ast.unparse, target.elts)) + ("," if len(target.elts) == 1 else "")


def is_literal(expression: ast.expr) -> bool:
    try:
        ast.literal_eval(expression)
    except (ValueError, TypeError, SyntaxError):
        return False
    return True
