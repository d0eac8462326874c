import Trajectories

/// A YAML file that trains with axolotl on the rows beside it.
enum AxolotlRecipe {
    static func text(for manifest: ExportManifest) -> String {
        let length =
            manifest.lengthBound.map {
                "# No row is longer under the template \((manifest.tokens?.template ?? "").shown).\nsequence_len: \($0)"
            }
            ?? "# Tokens were not counted: set this to more where axolotl stops at a longer row.\nsequence_len: 32768"
        return """
            # Fine-tunes a model on this dataset with axolotl. Run it in the dataset's folder:
            #
            #   axolotl train recipes/axolotl.yaml
            base_model: \(TrainerRecipes.model)

            datasets:
            \(dataset(manifest.paths(of: .train)))
            \(manifest.hasValidation ? "\ntest_datasets:\n\(dataset(manifest.paths(of: .validation)))\n" : "")
            # Of each conversation the assistant's turns are learnt, with their ends; nothing else is.
            train_on_inputs: false
            \(length)
            excess_length_strategy: raise
            sample_packing: false
            \(sampling(manifest.recipe.order))
            output_dir: out
            dataset_prepared_path: out/prepared
            num_epochs: 1
            micro_batch_size: 1
            gradient_accumulation_steps: 8
            gradient_checkpointing: true
            optimizer: adamw_torch
            learning_rate: 1.0e-5
            lr_scheduler: cosine
            warmup_ratio: 0.03
            bf16: auto
            logging_steps: 10

            """
    }

    /// Files by their names: axolotl opens no folder that is called `.`, and calls the rows of files `train`.
    private static func dataset(_ paths: [String]) -> String {
        """
          - path: .
            ds_type: json
            data_files:
        \(paths.map { "      - \($0)" }.joined(separator: "\n"))
            split: train
            type: chat_template
            field_messages: messages
            message_property_mappings:
              role: role
              content: content
            roles_to_train: [assistant]
            train_on_eos: turn
        """
    }

    private static func sampling(_ order: RowOrder) -> String {
        order.name == .collected
            ? "" : "# The rows stand in an order on purpose.\ncurriculum_sampling: true\n"
    }
}
