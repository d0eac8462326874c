/// A command that trains with verl on the rows beside it.
enum VerlRecipe {
    static func text(for manifest: ExportManifest) -> String {
        let length =
            manifest.lengthBound.map {
                "# verl stops at a row longer than max_length (1024 where nothing is said); none here is longer than this.\n"
                    + "length=${MAX_LENGTH:-\($0)}"
            }
                ?? """
                # verl stops at a row longer than max_length (1024 where nothing is said), and tokens were not counted.
                length=${MAX_LENGTH:?say how many tokens the longest row has}
                """
        let validation =
            manifest.hasValidation
            ? "\n    data.val_files=\"\(list(manifest.paths(of: .validation)))\" \\\n    trainer.test_freq=after_each_epoch \\"
            : ""
        return """
            #!/usr/bin/env bash
            # Fine-tunes a model on the dataset in the folder above with verl: the assistant's turns in `messages` are learnt.
            #
            #   MODEL=NAME GPUS=N OUTPUT=FOLDER bash recipes/verl.sh [OVERRIDE...]
            set -euo pipefail
            data=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
            \(length)

            torchrun --standalone --nnodes=1 --nproc_per_node="${GPUS:-1}" -m verl.trainer.sft_trainer \\
                data.train_files="\(list(manifest.paths(of: .train)))" \\\(validation)
                data.messages_key=messages \\
                data.max_length="$length" \\
                data.max_token_len_per_gpu="$length" \\
                data.truncation=error \\
                data.train_batch_size="${BATCH:-64}" \\
                model.path="${MODEL:-\(TrainerRecipes.model)}" \\
                optim.lr=1e-5 \\
                trainer.project_name=recode-data \\
                trainer.experiment_name=\(manifest.recipe.method.rawValue) \\
                trainer.default_local_dir="${OUTPUT:-out}" \\
                trainer.total_epochs=1 \\
                trainer.logger='["console"]' \\
                "$@"

            """
    }

    /// As Hydra writes a list.
    private static func list(_ paths: [String]) -> String {
        "[" + paths.map { "'$data/\($0)'" }.joined(separator: ",") + "]"
    }
}
