"""What a policy's code may look like, and how it falls into statements.

Nothing here runs any of it: blocks are read with CPython's own `ast`. Line numbers count from 1 in the block.
"""

from __future__ import annotations

import ast

from executor_syntax import (
    ACCENT_LIMIT,
    COMPREHENSIONS,
    FILE_NAME,
    PROVIDED,
    Placeholder,
    bound_name,
    comprehension_names,
    holds_endless_accents,
    is_literal,
    nodes_of,
    parameter_names,
    placeholder_of,
    plain_names,
    stored_names,
)

TYPE_CHECKING = False  # importing `typing` would cost some milliseconds
if TYPE_CHECKING:
    from collections.abc import Iterator

    from executor_syntax import Known

CODE_CHARACTER_LIMIT = 100_000
PROBLEM_CHARACTER_LIMIT = 2_000

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


class FormatProblem(Exception):
    """A rule that was broken, with what to do instead; said to the policy word for word."""

    def __init__(self, line: int, text: str) -> None:
        text = f"Line {line}: {text}"
        super().__init__(
            text if len(text) <= PROBLEM_CHARACTER_LIMIT else f"{text[:PROBLEM_CHARACTER_LIMIT]}…"
        )


class Statement:
    """A top-level statement of a block, with what lies in it."""

    def __init__(self, node: ast.stmt) -> None:
        self.node = node
        self.nodes = nodes_of(node)
        self.stored = stored_names(self.nodes)
        self.text = ""
        # Whether no other statement stands on its lines: then its text alone reads as it does in the block.
        self.has_own_lines = False


def parse_block(code: str, known: Known) -> list[Statement]:
    """Splits a block into its top-level statements, after checking it against the format rules.

    `known` tells what functions there are.
    """
    source = with_plain_line_ends(code)
    statements = [Statement(node) for node in read(source).body]
    check(statements, known)
    split(source, statements)
    return statements


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
    if holds_endless_accents(source):
        raise FormatProblem(
            1,
            f"more than {ACCENT_LIMIT} accents follow each other in the code. Write plain Python statements.",
        )
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


def split(source: str, statements: list[Statement]) -> None:
    """Gives statements their own texts; a comment block directly above a statement belongs to it."""
    lines = source.split("\n")
    encoded: dict[int, bytes] = {}

    def piece(line: int, start: int, end: int | None = None) -> str:
        """Part of a line, by offsets in bytes. It costs the part, not the line: one may hold thousands."""
        if lines[line].isascii():
            return lines[line][start:end]
        if line not in encoded:
            encoded[line] = lines[line].encode()
        return encoded[line][start:end].decode()

    taken = 0  # lines that belong to the statements before
    for index, statement in enumerate(statements):
        node = statement.node
        following = statements[index + 1].node if index + 1 < len(statements) else None
        first, last = node.lineno - 1, (node.end_lineno or node.lineno) - 1
        end: int | None = node.end_col_offset or 0
        is_last_of_line = following is None or following.lineno - 1 > last
        if is_last_of_line and piece(last, end or 0).lstrip(" \t\f;").startswith("#"):
            end = None
        if first == last:
            body = [piece(first, node.col_offset, end)]
        else:
            body = [piece(first, node.col_offset), *lines[first + 1 : last], piece(last, 0, end)]
        statement.text = "\n".join(comments_above(lines, first, taken) + body)
        statement.has_own_lines = node.col_offset == 0 and is_last_of_line
        taken = last + 1


def comments_above(lines: list[str], first: int, taken: int) -> list[str]:
    """The comment lines that end right above line `first` (from 0) and begin after line `taken`."""
    start = first
    while start > taken and lines[start - 1].lstrip().startswith("#"):
        start -= 1
    return lines[start:first]


# --- rules


def check(statements: list[Statement], known: Known) -> None:
    """Raises the first problem of a block, top to bottom."""
    bound: set[str] = set()

    def is_known(name: str) -> bool:
        return name in bound or known(name)

    for statement in statements:
        placeholder = placeholder_of(statement.node, is_known)
        check_definitions(statement.nodes)
        check_lambdas(statement.nodes)
        if placeholder:
            check_arguments(placeholder)
        check_provided(statement)
        if hasattr(statement.node, "body"):  # a loop may call what it binds itself
            bound.update(statement.stored)
        check_calls(statement, is_known, placeholder.call if placeholder else None)
        bound.update(statement.stored)


def check_definitions(nodes: list[ast.AST]) -> None:
    """The rules about definitions, which hold everywhere."""
    for node in nodes:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            word = "def" if isinstance(node, ast.FunctionDef) else "async def"
            raise FormatProblem(
                node.lineno,
                f"`{word} {node.name}` is not allowed. Write its steps as plain statements, or call"
                f" `{node.name}(...)` without defining it: you will be asked to expand it.",
            )
        if isinstance(node, ast.ClassDef):
            raise FormatProblem(
                node.lineno,
                f"`class {node.name}` is not allowed. Keep what you know in variables, lists and dicts.",
            )
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            raise FormatProblem(
                node.lineno,
                f"`from {node.module} import *` is not allowed: it may take names that every block is given."
                " Import the names you need.",
            )
        if isinstance(node, (ast.Assign, ast.AnnAssign, ast.NamedExpr)):
            for name in lambda_names(node):
                raise FormatProblem(
                    node.lineno,
                    f"a lambda bound to the name `{name}` is not allowed. Write a lambda only as an argument,"
                    f" as in `sorted(items, key=lambda item: item)`, or call `{name}(...)` without defining"
                    " it: you will be asked to expand it.",
                )
        if bound_name(node) == "run" or (isinstance(node, ast.arg) and node.arg == "run"):
            raise FormatProblem(
                getattr(node, "lineno", 1),
                "`run` must stay the function that acts in the environment. Give your variable another name.",
            )


def lambda_names(node: ast.Assign | ast.AnnAssign | ast.NamedExpr) -> Iterator[str]:
    """Names that an assignment binds to a lambda."""
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    pairs = [(target, node.value) for target in targets]
    for target, value in pairs:
        if isinstance(value, ast.Lambda):
            yield ast.unparse(target)
        elif isinstance(target, (ast.Tuple, ast.List)) and isinstance(value, (ast.Tuple, ast.List)):
            for part, element in zip(target.elts, value.elts, strict=False):
                if isinstance(element, ast.Lambda):
                    yield ast.unparse(part)


def check_lambdas(nodes: list[ast.AST]) -> None:
    """The rule that a lambda is an argument of a call: anywhere else it may end up as a named function."""
    lambdas = [node for node in nodes if isinstance(node, ast.Lambda)]
    if not lambdas:
        return
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    arguments = {id(argument) for call in calls for argument in call.args}
    arguments.update(id(keyword.value) for call in calls for keyword in call.keywords)
    for node in lambdas:
        if id(node) not in arguments:
            raise FormatProblem(
                node.lineno,
                "a lambda that is not itself an argument of a call is not allowed. Write a lambda only as an"
                " argument, as in `sorted(items, key=lambda item: item)`, or call a function without defining"
                " it: you will be asked to expand it.",
            )


def check_provided(statement: Statement) -> None:
    """The rule that what Python provides stays: later blocks do not see that a name was taken."""
    for name in statement.stored:
        if name not in PROVIDED:
            continue
        for node in statement.nodes:
            is_own_import = isinstance(node, ast.alias) and node.name == name == "re"
            if bound_name(node) == name and not is_own_import:
                raise taken(getattr(node, "lineno", statement.node.lineno), name, "variable")


def taken(line: int, name: str, kind: str) -> FormatProblem:
    return FormatProblem(
        line,
        f"`{name}` is a name of Python's own, and later code needs what it stands for. Give your {kind}"
        " another name.",
    )


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


def check_calls(statement: Statement, known: Known, allowed: ast.Call | None) -> None:
    """The rule that a placeholder stands alone: raises at a call of an unknown name that is not `allowed`."""
    is_there = any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node is not allowed
        and not known(node.func.id)
        for node in statement.nodes
    )
    if is_there:  # unless the name is local to where it stands
        find_misplaced(statement.node, known, allowed, frozenset(), [])


def find_misplaced(
    node: ast.AST, known: Known, allowed: ast.Call | None, local: frozenset[str], contexts: list[str]
) -> None:
    """Raises at the first such call; the message names what encloses it."""
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
        find_misplaced(child, known, allowed, local, inner)


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
