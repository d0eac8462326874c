"""What tiktoken and Hugging Face's tokenizers make of texts, for comparison.

reference_tokens.py tokenizer RANKFILE KIND OUT     writes a tokenizer.json with the rank file's vocabulary
reference_tokens.py tiktoken RANKFILE KIND          ids of texts, a JSON string a line on standard input
reference_tokens.py huggingface FILE                the same by a tokenizer.json

Ids come as a JSON list a line. KIND names a pre-tokenizer: gpt2, gpt4, qwen, deepseek, smollm.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from typing import Any

END = r"|\s*[\r\n]+|\s+(?!\S)|\s+"
WORDS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|%s| ?[^\s\p{L}\p{N}]+[\r\n]*" + END
PATTERNS = {
    "gpt2": r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+",
    "gpt4": WORDS % r"\p{N}{1,3}",
    "qwen": WORDS % r"\p{N}",
    "deepseek": r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"""
    r"""| ?[\p{P}\p{S}]+[\r\n]*""" + END,
}
ADDED = {"<|endoftext|>": 151643, "<|im_start|>": 151644, "<|im_end|>": 151645}


def ranks(path: str) -> dict[bytes, int]:
    from tiktoken.load import load_tiktoken_bpe

    table: dict[bytes, int] = load_tiktoken_bpe(path)
    return table


def isolated(pattern: str) -> dict[str, Any]:
    return {"type": "Split", "pattern": {"Regex": pattern}, "behavior": "Isolated", "invert": False}


def steps(kind: str) -> list[dict[str, Any]]:
    by_itself = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    last = {**by_itself, "use_regex": False}
    match kind:
        case "gpt2":
            return [by_itself]
        case "smollm":
            return [{"type": "Digits", "individual_digits": True}, by_itself]
        case "deepseek":
            first = [isolated(r"\p{N}{1,3}"), isolated("[一-龥぀-ゟ゠-ヿ]+")]  # noqa: RUF001
            return [*first, isolated(PATTERNS[kind]), last]
    return [isolated(PATTERNS[kind]), last]


def halves(token: bytes, table: dict[bytes, int]) -> tuple[bytes, bytes]:
    """What a token is merged from last."""
    parts = [token[index : index + 1] for index in range(len(token))]
    while len(parts) > 2:
        found = [
            (table[parts[index] + parts[index + 1]], index)
            for index in range(len(parts) - 1)
            if parts[index] + parts[index + 1] in table
        ]
        index = min(found)[1]
        parts[index : index + 2] = [parts[index] + parts[index + 1]]
    return parts[0], parts[1]


def tokenizer_file(table: dict[bytes, int], kind: str) -> dict[str, Any]:
    visible = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in visible]
    letters = {byte: chr(byte) for byte in visible}
    letters |= {byte: chr(256 + index) for index, byte in enumerate(others)}

    def name(token: bytes) -> str:
        return "".join(letters[byte] for byte in token)

    tokens = sorted(table, key=table.__getitem__)
    merges = [[name(half) for half in halves(token, table)] for token in tokens if len(token) > 1]
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{"id": ident, "content": text, **flags} for text, ident in ADDED.items()],
        "normalizer": {"type": "NFC"} if kind == "qwen" else None,
        "pre_tokenizer": {"type": "Sequence", "pretokenizers": steps(kind)},
        "post_processor": None,
        "decoder": None,
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": "",
            "end_of_word_suffix": "",
            "fuse_unk": False,
            "byte_fallback": False,
            "ignore_merges": kind == "gpt4",
            "vocab": {name(token): table[token] for token in tokens},
            "merges": merges,
        },
    }


def by_tiktoken(path: str, kind: str) -> Callable[[str], list[int]]:
    import tiktoken

    encoding = tiktoken.Encoding(
        name=kind, pat_str=PATTERNS[kind], mergeable_ranks=ranks(path), special_tokens={}
    )
    encode: Callable[[str], list[int]] = encoding.encode_ordinary
    return encode


def by_huggingface(path: str) -> Callable[[str], list[int]]:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(path)
    return lambda text: tokenizer.encode(text, add_special_tokens=False).ids


def answer(texts: Iterable[str], encode: Callable[[str], list[int]]) -> None:
    for line in texts:
        print(json.dumps(encode(json.loads(line))))


def main(arguments: list[str]) -> int:
    match arguments:
        case ["tokenizer", path, kind, out]:
            with open(out, "w", encoding="utf-8") as file:
                json.dump(tokenizer_file(ranks(path), kind), file, ensure_ascii=False)
        case ["tiktoken", path, kind]:
            answer(sys.stdin, by_tiktoken(path, kind))
        case ["huggingface", path]:
            answer(sys.stdin, by_huggingface(path))
        case _:
            print(__doc__, file=sys.stderr)
            return 64
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
