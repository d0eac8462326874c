"""Texts are what Hugging Face's tokenizers render, and a template that fails leaves nothing behind."""

import unittest
from pathlib import Path

import exports
import tiny_model


def folder(name: str, template: str, settings: str | None = None) -> Path:
    """A folder with a template, and what may lie beside it."""
    place = exports.WORK / "templates" / name
    place.mkdir(parents=True, exist_ok=True)
    (place / "chat_template.jinja").write_text(template)
    if settings is not None:
        (place / "tokenizer_config.json").write_text(settings)
    return place / "chat_template.jinja"


class ChatTemplates(unittest.TestCase):
    def texts(self, template: Path, *options: str) -> tuple[list[str], list[str]]:
        """The rows of an export under a template, and what transformers renders of the same conversations."""
        place = exports.export("--format", "text", "--chat-template", str(template), *options)
        encoder = tiny_model.tokenizer()
        encoder.chat_template = template.read_text()
        encoder.bos_token = "<|begin|>"
        sources = exports.rows(exports.export("--format", "messages", *options))
        expected = [encoder.apply_chat_template(row["messages"], tokenize=False) for row in sources]
        return [row["text"] for row in exports.rows(place)], expected

    def test_qwen(self) -> None:
        for method in ["recode", "react"]:
            found, expected = self.texts(tiny_model.TEMPLATE, "--method", method)
            self.assertEqual(found, expected)
            built_in = exports.export("--format", "text", "--method", method)
            self.assertEqual(found, [row["text"] for row in exports.rows(built_in)])

    def test_counts_are_those_of_the_built_in_template(self) -> None:
        by_file = exports.export(
            "--format", "text", "--chat-template", str(tiny_model.TEMPLATE), "--method", "react"
        )
        built_in = exports.export("--format", "text", "--method", "react")
        one, other = (exports.manifest(place)["tokens"] for place in (by_file, built_in))
        self.assertEqual({**one, "template": None}, {**other, "template": None})

    def test_blocks_special_tokens_and_generation_marks(self) -> None:
        template = folder(
            "marks",
            "{{ bos_token }}\n{% for message in messages %}\n  {%- if message.role == 'assistant' %}\n"
            "[A]{% generation %}{{ message.content }}{% endgeneration %}[/A]\n  {% else %}\n"
            "[{{ message.role | upper }}]{{ message.content | tojson }}\n    {% endif %}\n{% endfor %}\n"
            "{% if strftime_now is defined %}{{ strftime_now('%Y') }}{% endif %}"
            "{% if add_generation_prompt %}[A]{% endif %}",
            '{"bos_token": {"content": "<|begin|>", "lstrip": false}}',
        )
        place = exports.export("--format", "text", "--chat-template", str(template), "--tokens", "none")
        found = [row["text"] for row in exports.rows(place)]
        self.assertTrue(all(text.startswith("<|begin|>\n") and "[/A]" in text for text in found))
        without_clock = folder("no-clock", template.read_text().replace("strftime_now is defined", "false"))
        encoder = tiny_model.tokenizer()
        encoder.chat_template = without_clock.read_text()
        encoder.bos_token = "<|begin|>"
        sources = exports.rows(exports.export("--format", "messages"))
        self.assertEqual(
            found, [encoder.apply_chat_template(row["messages"], tokenize=False) for row in sources]
        )

    def refused(self, template: Path, *options: str) -> str:
        """What is said of a template that is bad input; nothing may be left of the export."""
        place = exports.WORK / "refused"
        done = exports.program(
            "export",
            str(exports.RUN),
            "--format",
            "text",
            "--chat-template",
            str(template),
            "--out",
            str(place),
            *options,
        )
        self.assertEqual(done.returncode, 65, done.stderr)
        left = [path.name for path in exports.WORK.iterdir() if "refused" in path.name]
        self.assertEqual(left, [])
        return done.stderr

    def test_a_template_that_does_not_compile_is_named_with_its_line(self) -> None:
        template = folder("broken", "{% for message in messages %}\n{{ message.content }\n{% endfor %}")
        self.assertIn(f"{template}:2: the chat template cannot be used", self.refused(template))

    def test_a_template_that_raises_is_named_with_its_line_and_row(self) -> None:
        template = folder(
            "raises",
            "{% for message in messages %}\n{{ raise_exception('no ' + message.role) }}\n{% endfor %}",
        )
        for options in [(), ("--tokens", "none")]:
            words = self.refused(template, *options)
            self.assertIn(f"{template}:2: the chat template fails: no system", words)
            self.assertIn("It was at node 0 of trajectory ", words)

    def test_a_special_token_that_nothing_says_is_asked_for(self) -> None:
        words = self.refused(folder("token", "{{ eos_token }}"))
        self.assertIn("it writes eos_token, which nothing says", words)

    def test_an_opening_that_answers_do_not_begin_with_cannot_be_counted(self) -> None:
        template = folder(
            "opening",
            "{% for message in messages %}{{ message.content }}{% endfor %}"
            "{% if add_generation_prompt %}>{% endif %}",
        )
        self.assertIn("trained tokens cannot be counted. Use --tokens none", self.refused(template))
        exports.export("--format", "text", "--chat-template", str(template), "--tokens", "none")

    def test_templates_are_sandboxed(self) -> None:
        template = folder("escape", "{{ messages.__class__.__mro__ }}")
        self.assertIn("unsafe", self.refused(template))


if __name__ == "__main__":
    unittest.main()
