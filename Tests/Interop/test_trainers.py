"""axolotl, LLaMA-Factory and verl read exports with their own code; OpenAI's are judged by its rules.

What of theirs runs here: axolotl's schema of its YAML and its chat_template strategy; LLaMA-Factory's parser
of dataset_info.json and its converters of rows (not its loader, which wants audio and video libraries);
verl's configuration and its dataset. None of them is trained with: they want a GPU.
"""

import importlib
import importlib.util
import os
import subprocess
import sys
import types
import unittest
from pathlib import Path
from typing import Any

import datasets
import exports
import tiny_model
import yaml


def package_without_init(name: str) -> None:
    """Makes a package importable by its modules without what it imports itself."""
    found = importlib.util.find_spec(name)
    assert found and found.submodule_search_locations, f"{name} is not installed"
    package = types.ModuleType(name)
    package.__path__ = list(found.submodule_search_locations)
    package.__spec__ = found
    sys.modules[name] = package


class LlamaFactory(unittest.TestCase):
    def converted(self, place: Path, split: str) -> list[dict[str, Any]]:
        """The rows of a split as LLaMA-Factory makes them."""
        if "llamafactory.data" not in sys.modules:
            package_without_init("llamafactory.data")
        parser = importlib.import_module("llamafactory.data.parser")
        converter = importlib.import_module("llamafactory.data.converter")
        [attributes] = parser.get_dataset_list([split], str(place))
        self.assertEqual(attributes.load_from, "file")
        file = place / attributes.dataset_name
        # Its loader tells the type of a file by the last ending of its name.
        kinds = importlib.import_module("llamafactory.extras.constants").FILEEXT2TYPE
        loaded = datasets.load_dataset(kinds[file.suffix[1:]], data_files=[str(file)], split="train")
        convert = converter.get_dataset_converter(attributes.formatting, attributes, None)
        return [convert(row) for row in loaded]

    def check(self, name: str) -> None:
        for split in ["train", "validation"]:
            expected = exports.rows(exports.of_format("prompt-completion"), split)
            for row, source in zip(self.converted(exports.of_format(name), split), expected, strict=True):
                system = [part["content"] for part in source["prompt"] if part["role"] == "system"]
                self.assertEqual(row["_system"], "".join(system))
                self.assertEqual(
                    row["_prompt"], [part for part in source["prompt"] if part["role"] != "system"]
                )
                self.assertEqual(row["_response"], source["completion"])

    def test_sharegpt(self) -> None:
        self.check("sharegpt")

    def test_alpaca(self) -> None:
        self.check("alpaca")

    def test_preferences(self) -> None:
        for split in ["train", "validation"]:
            expected = exports.rows(exports.preferences(), split)
            converted = self.converted(exports.preferences("sharegpt"), split)
            self.assertGreater(len(converted), 0)
            for row, source in zip(converted, expected, strict=True):
                self.assertEqual(
                    row["_prompt"], [part for part in source["prompt"] if part["role"] != "system"]
                )
                # Of two answers LLaMA-Factory takes the first as the better one.
                self.assertEqual(row["_response"], source["chosen"] + source["rejected"])

    def test_histories(self) -> None:
        flat = exports.rows(exports.export("--method", "react", "--format", "messages"))
        for name in ["sharegpt", "alpaca"]:
            place = exports.export("--method", "react", "--format", name)
            for row, source in zip(exports.rows(place), flat, strict=True):
                messages = [part["content"] for part in source["messages"] if part["role"] != "system"]
                if name == "sharegpt":
                    found = [part["value"] for part in row["conversations"]]
                else:
                    found = [text for turn in row["history"] for text in turn] + [
                        row["instruction"],
                        row["output"],
                    ]
                self.assertEqual(found, messages)


class Axolotl(unittest.TestCase):
    def loaded(self, place: Path, settings: dict[str, Any]) -> datasets.Dataset:
        """As its loader opens files in a local folder, from the folder that the recipe is run in."""
        before = Path.cwd()
        os.chdir(place)
        try:
            self.assertTrue(Path(settings["path"]).is_dir())
            return datasets.load_dataset(
                settings["ds_type"], data_files=settings["data_files"], split=settings["split"]
            )
        finally:
            os.chdir(before)

    def test_its_schema_takes_the_file_and_its_strategy_the_rows(self) -> None:
        config = importlib.import_module("axolotl.utils.schemas.config")
        strategies = importlib.import_module("axolotl.prompt_strategies.chat_template")
        dictionaries = importlib.import_module("axolotl.utils.dict")
        place = exports.of_format("messages")
        settings = yaml.safe_load((place / "recipes" / "axolotl.yaml").read_text())
        unknown = settings.keys() - config.AxolotlInputConfig.model_fields.keys()
        self.assertFalse(unknown)
        checked = config.AxolotlInputConfig(**(settings | {"bf16": False}))
        encoder = tiny_model.tokenizer()
        cfg = dictionaries.DictDefault(checked.model_dump(exclude_none=True))
        strategy = strategies.load(encoder, cfg, ds_cfg=cfg.datasets[0])
        for key, split in [("datasets", "train"), ("test_datasets", "validation")]:
            loaded = self.loaded(place, settings[key][0])
            self.assertEqual(loaded["messages"][:], [row["messages"] for row in exports.rows(place, split)])
        for row in self.loaded(place, settings["datasets"][0]):
            encoded = strategy.tokenize_prompt(row)
            self.assertEqual(encoder.decode(encoded["input_ids"]), tiny_model.rendered(row["messages"]))
            learnt = [token for token in encoded["labels"] if token != -100]
            self.assertEqual(encoder.decode(learnt), row["messages"][-1]["content"] + "<|im_end|>")


class Verl(unittest.TestCase):
    def overrides(self, place: Path) -> list[str]:
        """What the command gives verl: a program of that name in PATH says what it was called with."""
        folder = exports.WORK / "bin"
        folder.mkdir(exist_ok=True)
        (folder / "torchrun").write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\n")
        (folder / "torchrun").chmod(0o755)
        command = ["bash", str(place / "recipes" / "verl.sh")]
        path = f"{folder}:{os.environ['PATH']}"
        done = subprocess.run(
            command, env={"PATH": path}, capture_output=True, text=True, timeout=60, check=True
        )
        words = done.stdout.splitlines()
        module = words.index("-m") + 1
        self.assertIsNotNone(importlib.util.find_spec(words[module]))
        return words[module + 1 :]

    def test_its_configuration_takes_the_command_and_its_dataset_the_rows(self) -> None:
        hydra = importlib.import_module("hydra")
        # What the package imports wants ray, and its images an older transformers; texts need neither.
        package_without_init("verl")
        images = types.ModuleType("verl.models.transformers.qwen2_vl")
        images.get_rope_index = None  # type: ignore[attr-defined]
        sys.modules[images.__name__] = images
        dataset = importlib.import_module("verl.utils.dataset.multiturn_sft_dataset")
        place = exports.of_format("parquet")
        configurations = Path(sys.modules["verl"].__path__[0]) / "trainer" / "config"
        with hydra.initialize_config_dir(str(configurations), version_base=None):
            config = hydra.compose("sft_trainer_engine", overrides=self.overrides(place))
        self.assertEqual(config.data.truncation, "error")
        lengths = [row["tokens"] for row in exports.rows(exports.of_format("messages"))]
        self.assertGreaterEqual(config.data.max_length, max(lengths))
        encoder = tiny_model.tokenizer()
        for split, files in [("train", config.data.train_files), ("validation", config.data.val_files)]:
            loaded = dataset.MultiTurnSFTDataset(list(files), encoder, config.data)
            expected = exports.rows(exports.of_format("prompt-completion"), split)
            self.assertEqual(len(loaded), len(expected))
            for row, source in zip(loaded, expected, strict=True):
                learnt = row["input_ids"][row["loss_mask"] == 1]
                self.assertEqual(encoder.decode(learnt), source["completion"][0]["content"] + "<|im_end|>\n")


class OpenAI(unittest.TestCase):
    """By the rules of its fine-tuning guide; there is nobody to ask from here."""

    def check_row(self, row: dict[str, Any]) -> None:
        self.assertEqual(set(row), {"messages"})
        roles = [message["role"] for message in row["messages"]]
        self.assertLessEqual(set(roles), {"system", "user", "assistant"})
        self.assertEqual(roles[-1], "assistant")
        self.assertNotIn("system", roles[1:])
        for message in row["messages"]:
            keys = {"role", "content", "weight"} if message["role"] == "assistant" else {"role", "content"}
            self.assertEqual(set(message), keys)
            self.assertIsInstance(message["content"], str)
            self.assertTrue(message["content"])
        weights = [message["weight"] for message in row["messages"] if message["role"] == "assistant"]
        self.assertTrue(all(type(weight) is int and weight in (0, 1) for weight in weights))
        self.assertEqual(weights[-1], 1)
        self.assertFalse(any(weights[:-1]))

    def test_rows_keep_its_rules(self) -> None:
        for options in [("--method", "recode"), ("--method", "react")]:
            place = exports.export("--format", "openai", *options)
            found = exports.rows(place)
            # Its service wants ten examples at least.
            self.assertGreaterEqual(len(found), 10)
            self.assertTrue(all(path.suffix == ".jsonl" for path in exports.shards(place)))
            for row in found:
                self.check_row(row)


if __name__ == "__main__":
    unittest.main()
