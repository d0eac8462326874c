"""What a policy's code may look like, and how it falls into statements.

Nothing here runs any of it: blocks are read with CPython's own `ast`. Line numbers count from 1 in the block.
"""

from __future__ import annotations

import ast
import builtins

TYPE_CHECKING = False  # importing `typing` would cost every episode some milliseconds
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Known = Callable[[str], bool]

FILE_NAME = "<block>"
CODE_CHARACTER_LIMIT = 100_000
PROBLEM_CHARACTER_LIMIT = 2_000
# What every block finds in its namespace, so that none may bind it to something else.
PROVIDED = frozenset({"run", "re", *(name for name in dir(builtins) if not name.startswith("_"))})
# As they are before any code of the policy's has run.
BUILTIN_NAMES = frozenset({"run", *dir(builtins)})

CONTEXTS: dict[type[ast.AST], str] = {
    ast.For: "a loop",
    ast.While: "a loop",
    ast.AsyncFor: "a loop",
    ast.If: "a condition",
    ast.IfExp: "a conditional expression",
    ast.Try: "a try",
    ast.With: "a with block",
    ast.AsyncWith: "a with block",
    ast.Match: "a match",
    ast.ListComp: "a comprehension",
    ast.SetComp: "a comprehension",
    ast.DictComp: "a comprehension",
    ast.GeneratorExp: "a comprehension",
    ast.Lambda: "a lambda",
}
if hasattr(ast, "TryStar"):  # Python 3.11
    CONTEXTS[ast.TryStar] = "a try"
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class FormatProblem(Exception):
    """A rule that was broken, with what to do instead; said to the policy word for word."""

    def __init__(self, line: int, text: str) -> None:
        text = f"Line {line}: {text}"
        super().__init__(
            text if len(text) <= PROBLEM_CHARACTER_LIMIT else f"{text[:PROBLEM_CHARACTER_LIMIT]}…"
        )


class Placeholder:
    """A call of a function nobody has defined, standing alone as `outs = name(ins)` or `name(ins)`."""

    def __init__(self, call: ast.Call, name: str, outputs: list[str]) -> None:
        self.call = call
        self.name = name
        self.outputs = outputs


def parse_block(code: str, known: Known | None) -> list[str]:
    """Splits a block into the texts of its top-level statements, after checking it against the format rules.

    Without `known`, which tells what functions there are, any Python is right.
    """
    source = with_plain_line_ends(code)
    try:
        tree = read(source)
        if known:
            check(tree, known)
        return split(source, tree)
    except (RecursionError, MemoryError):
        raise FormatProblem(
            1, "the code is nested too deeply to be read. Write it as several simple statements."
        ) from None


def with_plain_line_ends(code: str) -> str:
    return code.replace("\r\n", "\n").replace("\r", "\n")


def read(source: str) -> ast.Module:
    """Reads a block as Python."""
    if len(source) > CODE_CHARACTER_LIMIT:
        raise FormatProblem(
            1,
            f"the code has {len(source)} characters, more than the {CODE_CHARACTER_LIMIT} allowed."
            " Write fewer statements and leave the rest to placeholders.",
        )
    if "\0" in source:
        line = source[: source.index("\0")].count("\n") + 1
        raise FormatProblem(line, "the code holds a null byte. Remove it.")
    try:
        tree = ast.parse(source, FILE_NAME)
        compile(tree, FILE_NAME, "exec", dont_inherit=True)
    except SyntaxError as error:
        raise FormatProblem(
            error.lineno or 1, f"this is not valid Python: {error.msg}. Answer with plain Python statements."
        ) from None
    except (ValueError, UnicodeError) as error:
        raise FormatProblem(1, f"this cannot be read as Python: {error}. Answer with plain Python.") from None
    if not tree.body:
        raise FormatProblem(
            1,
            "there is no statement to run. Write at least one: `run('look around')`, say, or a placeholder.",
        )
    return tree


# --- splitting


def split(source: str, tree: ast.Module) -> list[str]:
    """The statements' own texts; a comment block directly above a statement belongs to it."""
    lines = source.split("\n")
    encoded: dict[int, bytes] = {}

    def piece(line: int, start: int, end: int | None = None) -> str:
        """Part of a line, by offsets in bytes. It costs the part, not the line: one may hold thousands."""
        if lines[line].isascii():
            return lines[line][start:end]
        if line not in encoded:
            encoded[line] = lines[line].encode()
        return encoded[line][start:end].decode()

    texts: list[str] = []
    taken = 0  # lines that belong to the statements before
    for index, statement in enumerate(tree.body):
        following = tree.body[index + 1] if index + 1 < len(tree.body) else None
        first, last = statement.lineno - 1, (statement.end_lineno or statement.lineno) - 1
        end: int | None = statement.end_col_offset or 0
        is_last_of_line = following is None or following.lineno - 1 > last
        if is_last_of_line and piece(last, end or 0).lstrip(" \t\f;").startswith("#"):
            end = None
        if first == last:
            body = [piece(first, statement.col_offset, end)]
        else:
            body = [piece(first, statement.col_offset), *lines[first + 1 : last], piece(last, 0, end)]
        texts.append("\n".join(comments_above(lines, first, taken) + body))
        taken = last + 1
    return texts


def comments_above(lines: list[str], first: int, taken: int) -> list[str]:
    """The comment lines that end right above line `first` (from 0) and begin after line `taken`."""
    start = first
    while start > taken and lines[start - 1].lstrip().startswith("#"):
        start -= 1
    return lines[start:first]


# --- names


def stored_names(statement: ast.AST) -> list[str]:
    """Names a statement may bind in the scope it stands in, in order of appearance, each once."""
    return list(dict.fromkeys(_stored(statement, frozenset())))


def _stored(node: ast.AST, local: frozenset[str]) -> Iterator[str]:
    if isinstance(node, ast.Lambda):
        return
    if isinstance(node, COMPREHENSIONS):
        local = local | comprehension_names(node)
    if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
        if node.id not in local:
            yield node.id
    elif isinstance(node, ast.alias):
        yield node.asname or node.name.split(".")[0]
    elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
        yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest
    for child in ast.iter_child_nodes(node):
        yield from _stored(child, local)


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
    """Names an expression takes from the scope it stands in, in order of appearance."""
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


# --- rules


def check(tree: ast.Module, known: Known) -> None:
    """Raises the first problem of a block, top to bottom."""
    bound: set[str] = set()

    def is_known(name: str) -> bool:
        return name in bound or known(name)

    for statement in tree.body:
        placeholder = placeholder_of(statement, is_known)
        check_definitions(statement)
        check_lambdas(statement)
        if placeholder:
            check_arguments(placeholder)
        stored = stored_names(statement)
        check_provided(statement, stored)
        if hasattr(statement, "body"):  # a loop may call what it binds itself
            bound.update(stored)
        check_calls(statement, is_known, placeholder.call if placeholder else None, frozenset(), [])
        bound.update(stored)


def check_definitions(node: ast.AST) -> None:
    """The rules about definitions, which hold everywhere."""
    line = getattr(node, "lineno", 1)
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        word = "def" if isinstance(node, ast.FunctionDef) else "async def"
        raise FormatProblem(
            line,
            f"`{word} {node.name}` is not allowed. Write its steps as plain statements, or call"
            f" `{node.name}(...)` without defining it: you will be asked to expand it.",
        )
    if isinstance(node, ast.ClassDef):
        raise FormatProblem(
            line, f"`class {node.name}` is not allowed. Keep what you know in variables, lists and dicts."
        )
    if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
        raise FormatProblem(
            line,
            f"`from {node.module} import *` is not allowed: it may take names that every block is given."
            " Import the names you need.",
        )
    for name in lambda_names(node):
        raise FormatProblem(
            line,
            f"a lambda bound to the name `{name}` is not allowed. Write a lambda only as an argument, as in"
            f" `sorted(items, key=lambda item: item)`, or call `{name}(...)` without defining it: you will be"
            " asked to expand it.",
        )
    if binds_run(node):
        raise FormatProblem(
            line,
            "`run` must stay the function that acts in the environment. Give your variable another name.",
        )
    for child in ast.iter_child_nodes(node):
        check_definitions(child)


def lambda_names(node: ast.AST) -> Iterator[str]:
    """Names that a node binds to a lambda."""
    if isinstance(node, ast.Assign):
        pairs = [(target, node.value) for target in node.targets]
    elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)) and node.value:
        pairs = [(node.target, node.value)]
    else:
        return
    for target, value in pairs:
        if isinstance(value, ast.Lambda):
            yield ast.unparse(target)
        elif isinstance(target, (ast.Tuple, ast.List)) and isinstance(value, (ast.Tuple, ast.List)):
            for part, element in zip(target.elts, value.elts, strict=False):
                if isinstance(element, ast.Lambda):
                    yield ast.unparse(part)


def check_lambdas(statement: ast.stmt) -> None:
    """The rule that a lambda is an argument of a call: anywhere else it may end up as a named function."""
    calls = [node for node in ast.walk(statement) if isinstance(node, ast.Call)]
    arguments = {id(argument) for call in calls for argument in call.args}
    arguments.update(id(keyword.value) for call in calls for keyword in call.keywords)
    for node in ast.walk(statement):
        if isinstance(node, ast.Lambda) and id(node) not in arguments:
            raise FormatProblem(
                node.lineno,
                "a lambda that is not itself an argument of a call is not allowed. Write a lambda only as an"
                " argument, as in `sorted(items, key=lambda item: item)`, or call a function without defining"
                " it: you will be asked to expand it.",
            )


def check_provided(statement: ast.stmt, stored: list[str]) -> None:
    """The rule that what Python provides stays: later blocks do not see that a name was taken."""
    for name in stored:
        if name not in PROVIDED:
            continue
        for node in ast.walk(statement):
            is_own_import = isinstance(node, ast.alias) and node.name == name == "re"
            if binds(node, name) and not is_own_import:
                raise taken(getattr(node, "lineno", statement.lineno), name, "variable")


def taken(line: int, name: str, kind: str) -> FormatProblem:
    return FormatProblem(
        line,
        f"`{name}` is a name of Python's own, and later code needs what it stands for. Give your {kind}"
        " another name.",
    )


def binds_run(node: ast.AST) -> bool:
    return binds(node, "run") or (isinstance(node, ast.arg) and node.arg == "run")


def binds(node: ast.AST, name: str) -> bool:
    """Whether a node itself binds or deletes a variable of this name."""
    if isinstance(node, ast.Name):
        return node.id == name and not isinstance(node.ctx, ast.Load)
    if isinstance(node, ast.alias):
        return (node.asname or node.name) == name
    if isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)):
        return node.name == name
    return isinstance(node, ast.MatchMapping) and node.rest == name


def check_arguments(placeholder: Placeholder) -> None:
    """A placeholder's arguments are shown and not executed: they must do nothing."""
    call = placeholder.call
    for keyword in call.keywords:
        if keyword.arg == "run":
            raise FormatProblem(
                call.lineno, "`run` must stay the function that acts in the environment. Rename that keyword."
            )
        if keyword.arg in PROVIDED and is_literal(keyword.value):
            raise taken(call.lineno, keyword.arg, "keyword")
    for node in ast.walk(call):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "run":
            raise FormatProblem(
                node.lineno,
                f"`run(...)` stands among the arguments of the placeholder `{placeholder.name}`, which are"
                " shown and not executed. Call `run` on a line above and hand its result on as a variable.",
            )
        if isinstance(node, ast.NamedExpr):
            raise FormatProblem(
                node.lineno,
                f"`:=` stands among the arguments of the placeholder `{placeholder.name}`, which are shown"
                " and not executed. Assign the variable on a line above.",
            )


def is_literal(expression: ast.expr) -> bool:
    try:
        ast.literal_eval(expression)
    except (ValueError, TypeError, SyntaxError):
        return False
    return True


def check_calls(
    node: ast.AST, known: Known, allowed: ast.Call | None, local: frozenset[str], contexts: list[str]
) -> None:
    """The rule that a placeholder stands alone: raises at a call of an unknown name that is not `allowed`."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node is not allowed:
        name = node.func.id
        if name not in local and not known(name):
            raise misplaced(node, name, contexts)
    if isinstance(node, ast.Lambda):
        local = local | parameter_names(node)
    if isinstance(node, COMPREHENSIONS):
        local = local | comprehension_names(node)
    inner = contexts
    if context := context_of(node):
        inner = [*contexts, context]
    for child in ast.iter_child_nodes(node):
        check_calls(child, known, allowed, local, inner)


def context_of(node: ast.AST) -> str | None:
    """How to name what a node puts its children inside of."""
    if context := CONTEXTS.get(type(node)):
        return context
    if isinstance(node, ast.Call):
        return "another call"
    if isinstance(node, ast.Expr):
        return None
    if isinstance(node, ast.Assign):
        odd = next((target for target in node.targets if plain_names(target) is None), None)
        return None if odd is None else f"an assignment to `{ast.unparse(odd)}`, which is not a plain name"
    if isinstance(node, ast.AnnAssign):
        return "an assignment with a type annotation"
    if isinstance(node, (ast.expr, ast.stmt)):
        return "a larger expression"
    return None


def misplaced(call: ast.Call, name: str, contexts: list[str]) -> FormatProblem:
    """The message names the outermost loop, condition or comprehension, which has to go in any case."""
    strong = [context for context in contexts if context in CONTEXTS.values()]
    where = (strong or contexts or ["a larger expression"])[0]
    return FormatProblem(
        call.lineno,
        f"`{name}` is not defined, so it is a placeholder, and it stands inside {where}. A placeholder must"
        f" stand alone at the top level, as `outs = {name}(ins)`: call it on a line above and use its result,"
        " call it below in any case with what shows whether anything is left to do, or let a placeholder"
        " stand for the whole of it.",
    )
