"""Renders conversations with a Jinja chat template, as Hugging Face tokenizers do.

The first request on standard input is the template: {"source", "tokens": {NAME: TEXT}}, answered by
{"jinja2": VERSION}, by {"missing": MODULE}, or by {"error": WORDS, "line": N}. Each further one,
{"messages": [...], "prompt": N or null}, is answered by {"text": TEXT, "prompt": TEXT or null}: the
conversation, and its first N messages with the opening of an answer; or by {"error": WORDS, "line": N}.
"""

import json
import resource
import traceback
from typing import Any

from line_protocol import answer, needed_modules, requests

NAME = "<chat template>"
# Bytes of address space: a template that builds texts without end is refused, and does not fill the machine.
MEMORY = 2 << 30


with needed_modules():
    import jinja2
    import jinja2.ext
    import jinja2.meta
    import jinja2.nodes
    import jinja2.parser
    import jinja2.sandbox


class Generation(jinja2.ext.Extension):
    """{% generation %}, by which trainers mark what is learnt: its content alone is rendered."""

    tags = {"generation"}  # noqa: RUF012

    def parse(self, parser: jinja2.parser.Parser) -> list[jinja2.nodes.Node]:
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


class RaiseException:
    """What templates call where a conversation does not suit them; its text is a name, not an address."""

    def __call__(self, message: str) -> None:
        raise jinja2.TemplateError(message)

    def __repr__(self) -> str:
        return "raise_exception"


def written(value: Any) -> Any:
    """What a template writes. A function's text holds an address, which is another one each time."""
    if callable(value) and not isinstance(value, jinja2.Undefined):
        raise jinja2.TemplateError(f"it writes out {type(value).__name__}, which is something to call")
    return value


def to_json(value: Any, ensure_ascii: bool = False, indent: int | None = None) -> str:
    """Without the HTML escapes of Jinja's own filter."""
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent)


def environment() -> jinja2.Environment:
    """No function that tells the time, and none that draws: rendered texts are the same every time."""
    made = jinja2.sandbox.ImmutableSandboxedEnvironment(
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=written,
        extensions=[Generation, "jinja2.ext.loopcontrols"],
    )
    made.filters["tojson"] = to_json
    del made.filters["random"], made.globals["lipsum"]
    made.globals["raise_exception"] = RaiseException()
    return made


def line_of(error: Exception) -> int | None:
    """The line of the template at which it failed; Jinja puts it into tracebacks."""
    if isinstance(error, jinja2.TemplateSyntaxError):
        return error.lineno
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == NAME]
    return lines[-1] if lines else None


def failure(error: Exception) -> dict[str, Any]:
    words = str(error).encode(errors="replace").decode() or type(error).__name__
    return {"error": words if isinstance(error, jinja2.TemplateError) else f"{type(error).__name__}: {words}",
            "line": line_of(error)}  # fmt: skip


class Template:
    """A template, with the special tokens it may write."""

    def __init__(self, source: str, tokens: dict[str, str]) -> None:
        jinja = environment()
        asked = jinja2.meta.find_undeclared_variables(jinja.parse(source, filename=NAME))
        missing = sorted(asked & {"bos_token", "eos_token", "pad_token", "unk_token"} - tokens.keys())
        if missing:
            raise jinja2.TemplateError(f"it writes {missing[0]}, which nothing says")
        self.tokens = tokens
        code = jinja.compile(source, filename=NAME)
        self.template = jinja2.Template.from_code(jinja, code, jinja.make_globals(None))

    def render(self, messages: list[dict[str, str]], opens_answer: bool) -> str:
        text = self.template.render(
            messages=messages,
            tools=None,
            documents=None,
            add_generation_prompt=opens_answer,
            **self.tokens,
        )
        text.encode()  # raises where it is no text, such as half a surrogate pair
        return text


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    asked = requests()
    request = next(asked)
    try:
        template = Template(request["source"], request["tokens"])
    except Exception as error:
        answer(failure(error))
        return
    answer({"jinja2": jinja2.__version__})
    for request in asked:
        messages, count = request["messages"], request["prompt"]
        try:
            prompt = None if count is None else template.render(messages[:count], True)
            answer({"text": template.render(messages, False), "prompt": prompt})
        except Exception as error:
            answer(failure(error))


main()
