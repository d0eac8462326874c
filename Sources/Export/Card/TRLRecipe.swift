import Trajectories

/// Python that trains with TRL on the rows beside it.
enum TRLRecipe {
    /// Supervised fine-tuning: the loss is on answers alone.
    static func supervised(_ manifest: ExportManifest) -> String {
        let isChat = manifest.recipe.format == .messages
        let meaning =
            isChat
            ? "the answers of each conversation are learnt; the model's chat template must be one whose answers TRL can tell apart"
            : "the completions are learnt, the prompts are not"
        let loss =
            isChat
            ? "assistant_only_loss=True," : "completion_only_loss=True,"
        return script(
            manifest, name: "SFT", meaning: meaning, loss: loss, learningRate: "1e-5")
    }

    /// Direct preference optimisation.
    static func preference(_ manifest: ExportManifest) -> String {
        script(
            manifest, name: "DPO", meaning: "the chosen answer of each row is preferred to the rejected one",
            loss: "beta=0.1,", learningRate: "5e-7")
    }

    private static func script(
        _ manifest: ExportManifest, name: String, meaning: String, loss: String, learningRate: String
    ) -> String {
        let evaluation = manifest.hasValidation
        return """
            \"\"\"Fine-tunes a model on the dataset in the folder above with TRL's \(name)Trainer: \(meaning).

            python \(name == "DPO" ? "trl_dpo.py" : "trl_sft.py") [--model NAME] [--output FOLDER] [--max-steps N] [--batch-size N]

            Needs trl 1.0 or newer, and datasets.
            \"\"\"

            import argparse
            from pathlib import Path

            import torch
            from datasets import load_dataset
            from trl import \(name)Config, \(name)Trainer

            parser = argparse.ArgumentParser()
            parser.add_argument("--model", default="\(TrainerRecipes.model)")
            parser.add_argument("--output", default="out")
            parser.add_argument("--max-steps", type=int, default=-1, help="stop after so many; without it, one epoch")
            parser.add_argument("--batch-size", type=int, default=1, help="rows at a time, on each device")
            options = parser.parse_args()

            dataset = load_dataset(str(Path(__file__).resolve().parent.parent))
            columns = [\(columns(manifest.recipe).map { "\"\($0)\"" }.joined(separator: ", "))]

            trainer = \(name)Trainer(
                model=options.model,
                args=\(name)Config(
                    output_dir=options.output,
                    \(loss)
                    \(length(manifest))
                    num_train_epochs=1,
                    max_steps=options.max_steps,
                    per_device_train_batch_size=options.batch_size,
                    gradient_accumulation_steps=8 if options.max_steps < 0 else 1,
                    gradient_checkpointing=options.max_steps < 0,
                    learning_rate=\(learningRate),
                    bf16=torch.cuda.is_available() and torch.cuda.is_bf16_supported(),
                    \(sampling(manifest.recipe.order))
                    \(evaluation ? "eval_strategy=\"epoch\"," : "eval_strategy=\"no\",")
                    logging_steps=1 if options.max_steps > 0 else 10,
                    report_to="none",
                ),
                train_dataset=dataset["train"].select_columns(columns),
                \(evaluation ? "eval_dataset=dataset[\"validation\"].select_columns(columns)," : "eval_dataset=None,")
            )
            trainer.train()
            trainer.save_model(options.output)

            """
    }

    private static func columns(_ recipe: ExportRecipe) -> [String] {
        if recipe.failures == .preference { return ["prompt", "chosen", "rejected"] }
        return recipe.format == .messages ? ["messages"] : ["prompt", "completion"]
    }

    private static func length(_ manifest: ExportManifest) -> String {
        guard let bound = manifest.lengthBound else {
            return "max_length=None,  # tokens were not counted, so nothing is cut"
        }
        return
            "max_length=\(bound),  # no row is longer under the template \((manifest.tokens?.template ?? "").shown)"
    }

    /// Rows that stand in an order on purpose are taken in it.
    private static func sampling(_ order: RowOrder) -> String {
        order.name == .collected
            ? "train_sampling_strategy=\"random\","
            : "train_sampling_strategy=\"sequential\",  # the rows' own order: \(order.name.rawValue)"
    }
}
