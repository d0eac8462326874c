"""Fine-tunes a model on the dataset in the folder above with TRL's SFTTrainer: the completions are learnt, the prompts are not.

python trl_sft.py [--model NAME] [--output FOLDER] [--max-steps N] [--batch-size N]

Needs trl 1.0 or newer, and datasets.
"""

import argparse
from pathlib import Path

import torch
from datasets import load_dataset
from trl import SFTConfig, SFTTrainer

parser = argparse.ArgumentParser()
parser.add_argument("--model", default="Qwen/Qwen2.5-7B-Instruct")
parser.add_argument("--output", default="out")
parser.add_argument("--max-steps", type=int, default=-1, help="stop after so many; without it, one epoch")
parser.add_argument("--batch-size", type=int, default=1, help="rows at a time, on each device")
options = parser.parse_args()

dataset = load_dataset(str(Path(__file__).resolve().parent.parent))
columns = ["prompt", "completion"]

trainer = SFTTrainer(
    model=options.model,
    args=SFTConfig(
        output_dir=options.output,
        completion_only_loss=True,
        max_length=2048,  # no row is longer under the template qwen2.5
        num_train_epochs=1,
        max_steps=options.max_steps,
        per_device_train_batch_size=options.batch_size,
        gradient_accumulation_steps=8 if options.max_steps < 0 else 1,
        gradient_checkpointing=options.max_steps < 0,
        learning_rate=1e-5,
        bf16=torch.cuda.is_available() and torch.cuda.is_bf16_supported(),
        train_sampling_strategy="random",
        eval_strategy="no",
        logging_steps=1 if options.max_steps > 0 else 10,
        report_to="none",
    ),
    train_dataset=dataset["train"].select_columns(columns),
    eval_dataset=None,
)
trainer.train()
trainer.save_model(options.output)
