"""A language model small enough to train on a processor: Qwen2's layers, random weights, few tokens."""

from functools import cache
from pathlib import Path

import exports
import tokenizers
import torch
import transformers
import trl

MARKERS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
# Qwen2.5's chat template, as TRL carries it.
TEMPLATE = Path(trl.__file__).parent / "chat_templates" / "qwen2_5.jinja"


@cache
def folder() -> Path:
    """Where it lies, as `from_pretrained` takes it."""
    place = exports.WORK / "tiny-model"
    bpe = tokenizers.ByteLevelBPETokenizer()
    texts = [row["text"] for row in exports.rows(exports.of_format("text"))]
    bpe.train_from_iterator(texts, vocab_size=2000, special_tokens=MARKERS, show_progress=False)
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=bpe._tokenizer,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        extra_special_tokens=["<|im_start|>"],
        chat_template=TEMPLATE.read_text(),
    )
    tokenizer.save_pretrained(place)
    torch.manual_seed(0)
    config = transformers.Qwen2Config(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=8192,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    transformers.Qwen2ForCausalLM(config).save_pretrained(place)
    return place


def tokenizer() -> transformers.PreTrainedTokenizerBase:
    return transformers.AutoTokenizer.from_pretrained(folder())


def rendered(messages: list[dict[str, str]]) -> str:
    """A conversation under its template."""
    return str(tokenizer().apply_chat_template(messages, tokenize=False))
