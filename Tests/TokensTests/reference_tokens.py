"""What tiktoken and Hugging Face's tokenizers make of texts, for comparison.

reference_tokens.py tokenizer RANKFILE KIND OUT     writes a tokenizer.json with the rank file's vocabulary
reference_tokens.py tiktoken RANKFILE KIND          ids of texts, a JSON string a line on standard input
reference_tokens.py huggingface FILE                the same by a tokenizer.json
reference_tokens.py pairs FILE                      token counts of pairs, a JSON object a line: as TRL masks
reference_tokens.py corpus OUT RUN                  texts: trajectories, source code, translations, odd ones
reference_tokens.py speed TEXTS tiktoken RANKFILE KIND    how long texts take, and a checksum of their ids
reference_tokens.py speed TEXTS huggingface FILE

Ids come as a JSON list a line. KIND names a pre-tokenizer: gpt2, gpt4, qwen, deepseek, smollm.
"""

from __future__ import annotations

import gettext
import gzip
import hashlib
import json
import random
import sys
import sysconfig
import time
import unicodedata
from array import array
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
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
# Those of Qwen2.5, in the order of their ids from 151643 on.
ADDED_NAMES = [
    *["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|object_ref_end|>"],
    *["<|box_start|>", "<|box_end|>", "<|quad_start|>", "<|quad_end|>", "<|vision_start|>", "<|vision_end|>"],
    *["<|vision_pad|>", "<|image_pad|>", "<|video_pad|>", "<tool_call>", "</tool_call>", "<|fim_prefix|>"],
    *["<|fim_middle|>", "<|fim_suffix|>", "<|fim_pad|>", "<|repo_name|>", "<|file_sep|>"],
]
ADDED = {name: 151643 + index for index, name in enumerate(ADDED_NAMES)}
SYSTEM = "You are Qwen, created by Alibaba Cloud. You are a helpful assistant."


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


def chat_text(messages: list[dict[str, str]]) -> str:
    """A conversation as Qwen2.5's chat template renders it."""
    given = (
        messages if messages[0]["role"] == "system" else [{"role": "system", "content": SYSTEM}, *messages]
    )
    return "".join(f"<|im_start|>{message['role']}\n{message['content']}<|im_end|>\n" for message in given)


def pair_tokens(pair: dict[str, Any], encode: Callable[[str], list[int]]) -> dict[str, int]:
    """The counts of a pair; trained are those behind the prompt and its generation header, as TRL masks."""
    prompt = encode(chat_text(pair["prompt"]) + "<|im_start|>assistant\n")
    whole = encode(chat_text(pair["prompt"] + pair["completion"]))
    # Added tokens in contents are ordinary text there, which `tokenizers` cannot be told: texts have none.
    contents = sum(len(encode(message["content"])) for message in pair["prompt"] + pair["completion"])
    return {"content": contents, "chat": len(whole), "trained": len(whole) - len(prompt)}


# How much of the corpus each kind of text may be, in bytes.
SHARES = {"trajectories": 8 << 20, "sources": 28 << 20, "translations": 16 << 20, "odd": 4 << 20}


def trajectories(run: Path) -> Iterator[str]:
    while True:  # short runs are read again, with other texts around them in every piece of the corpus
        for path in sorted(run.rglob("*.jsonl.gz")):
            yield from gzip.decompress(path.read_bytes()).decode().splitlines()


def sources() -> Iterator[str]:
    for path in sorted(Path(sysconfig.get_path("stdlib")).rglob("*.py")):
        yield path.read_bytes().decode("utf-8", "replace")


def translations() -> Iterator[str]:
    for path in sorted(Path("/usr/share").rglob("*.mo")):
        try:
            with path.open("rb") as file:
                catalog = gettext.GNUTranslations(file)
        except (OSError, UnicodeDecodeError, LookupError):
            continue
        yield "\n".join(text for _, text in sorted(getattr(catalog, "_catalog", {}).items(), key=str))


def odd() -> Iterator[str]:
    chance = random.Random(1)
    known = [
        chr(code) for code in range(0x40000) if unicodedata.category(chr(code)) not in ("Cn", "Cs", "Co")
    ]
    words = [
        "the",
        " a",
        "'LL",
        "\r\n",
        "  ",
        "12345",
        "٣",
        "½",
        "\u00a0",
        "\u3000",
        "👍🏽",
        "e\u0301",
        "中文",
        "_",
    ]
    while True:
        data = bytes(chance.randrange(256) for _ in range(chance.randrange(20)))
        parts = [chance.choice(words) if chance.random() < 0.6 else chance.choice(known) for _ in range(400)]
        yield "".join(parts) + data.decode("utf-8", "replace")


def corpus(run: Path) -> Iterator[str]:
    kinds = {"trajectories": trajectories(run), "sources": sources()}
    for name, texts in (kinds | {"translations": translations(), "odd": odd()}).items():
        size = 0
        for text in texts:
            size += len(text.encode())
            yield text
            if size >= SHARES[name]:
                break


def speed(texts: list[str], encode: Callable[[str], list[int]]) -> dict[str, Any]:
    for text in texts[:100]:
        encode(text)
    begun = time.perf_counter()
    ids = [encode(text) for text in texts]
    seconds = time.perf_counter() - begun
    digest = hashlib.sha256()
    for one in ids:
        digest.update(array("I", one).tobytes())
    return {"seconds": seconds, "tokens": sum(map(len, ids)), "sha256": digest.hexdigest()}


def main(arguments: list[str]) -> int:
    match arguments:
        case ["tokenizer", path, kind, out]:
            with open(out, "w", encoding="utf-8") as file:
                json.dump(tokenizer_file(ranks(path), kind), file, ensure_ascii=False)
        case ["tiktoken", path, kind]:
            answer(sys.stdin, by_tiktoken(path, kind))
        case ["huggingface", path]:
            answer(sys.stdin, by_huggingface(path))
        case ["pairs", path]:
            encode = by_huggingface(path)
            for line in sys.stdin:
                print(json.dumps(pair_tokens(json.loads(line), encode)))
        case ["corpus", out, run]:
            with open(out, "w", encoding="utf-8") as file:
                file.writelines(json.dumps(text, ensure_ascii=False) + "\n" for text in corpus(Path(run)))
        case ["speed", path, kind, *rest]:
            encode = by_tiktoken(rest[0], rest[1]) if kind == "tiktoken" else by_huggingface(rest[0])
            with open(path, encoding="utf-8") as file:
                print(json.dumps(speed([json.loads(line) for line in file], encode)))
        case _:
            print(__doc__, file=sys.stderr)
            return 64
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
