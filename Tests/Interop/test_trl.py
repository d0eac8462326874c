"""The TRL scripts of exports take three real steps, and what they learn is the answers alone."""

import math
import runpy
import sys
import unittest
from pathlib import Path
from typing import Any
from unittest import mock

import exports
import tiny_model


def run_recipe(place: Path, name: str) -> Any:
    """Runs a recipe for three steps, as its command line does.

    Returns: its trainer, as the script leaves it.
    """
    script = place / "recipes" / name
    output = exports.WORK / f"{place.name}-out"
    arguments = ["--model", str(tiny_model.folder()), "--max-steps", "3", "--output", str(output)]
    with mock.patch.object(sys, "argv", [str(script), *arguments]):
        return runpy.run_path(str(script))["trainer"]


class TRL(unittest.TestCase):
    def check_three_steps(self, trainer: Any) -> None:
        losses = [entry["loss"] for entry in trainer.state.log_history if "loss" in entry]
        self.assertEqual(trainer.state.global_step, 3)
        self.assertEqual(len(losses), 3)
        self.assertTrue(all(math.isfinite(loss) and loss > 0 for loss in losses), losses)

    def check_labels(self, trainer: Any, expected: list[tuple[str, str]]) -> None:
        """Of every row, exactly the answer is learnt, and exactly the rest is not."""
        encoder = tiny_model.tokenizer()
        for row, (given, learnt) in zip(trainer.train_dataset, expected, strict=True):
            batch = trainer.data_collator([row])
            ids, labels = batch["input_ids"][0], batch["labels"][0]
            self.assertEqual(encoder.decode(ids[labels == -100]), given)
            self.assertEqual(encoder.decode(labels[labels != -100]), learnt)

    def test_prompt_and_completion(self) -> None:
        place = exports.of_format("prompt-completion")
        trainer = run_recipe(place, "trl_sft.py")
        self.check_three_steps(trainer)
        opening = "<|im_start|>assistant\n"
        self.check_labels(
            trainer,
            [
                (
                    tiny_model.rendered(row["prompt"]) + opening,
                    row["completion"][0]["content"] + "<|im_end|>\n",
                )
                for row in exports.rows(place, "train")
            ],
        )

    def test_messages(self) -> None:
        place = exports.of_format("messages")
        trainer = run_recipe(place, "trl_sft.py")
        self.check_three_steps(trainer)
        encoder = tiny_model.tokenizer()
        for row, source in zip(trainer.train_dataset, exports.rows(place, "train"), strict=True):
            batch = trainer.data_collator([row])
            labels = batch["labels"][0]
            learnt = encoder.decode(labels[labels != -100])
            # TRL's template counts the line's end before an answer to it.
            self.assertEqual(learnt.strip("\n"), source["messages"][-1]["content"] + "<|im_end|>")

    def test_preferences(self) -> None:
        trainer = run_recipe(exports.preferences(), "trl_dpo.py")
        self.check_three_steps(trainer)
        self.assertIn("rewards/margins", trainer.state.log_history[0])


if __name__ == "__main__":
    unittest.main()
