"""Libraries that read tables find the same rows in every format, with the columns that the card declares."""

import hashlib
import subprocess
import unittest
from pathlib import Path

import datasets
import duckdb
import exports
import pandas
import polars
import pyarrow.json
import pyarrow.parquet
import yaml


def card(place: Path) -> dict[str, object]:
    """The YAML at the top of a card."""
    return dict(yaml.safe_load((place / "README.md").read_text().split("---\n")[1]))


class Loaders(unittest.TestCase):
    def test_datasets_loads_every_format(self) -> None:
        for name in exports.FORMATS:
            with self.subTest(format=name):
                self.check_dataset(exports.of_format(name), {"train", "validation"})

    def test_datasets_loads_other_shapes(self) -> None:
        for options in [
            ("--metadata", "sidecar"),
            ("--metadata", "none", "--format", "parquet"),
            ("--format", "parquet", "--metadata", "sidecar", "--holdout", "0.1"),
            ("--method", "react", "--format", "messages"),
            ("--method", "codeact", "--format", "alpaca"),
            ("--order", "curriculum", "--stages", "4", "--holdout", "0.2"),
            ("--order", "shuffled", "--license", "cc-by-4.0"),
        ]:
            with self.subTest(options=options):
                place = exports.export(*options)
                splits = {"train", "validation"} if "--holdout" in options else {"train"}
                self.check_dataset(place, splits)

    def check_dataset(self, place: Path, splits: set[str]) -> None:
        loaded = datasets.load_dataset(str(place))
        declared = datasets.Features._from_yaml_list(card(place)["dataset_info"]["features"])  # type: ignore[index]
        said = exports.manifest(place)
        self.assertEqual(set(loaded), splits)
        for split in splits:
            count = sum(shard["lines"] for shard in said["shards"] if shard["split"] == split)
            self.assertEqual(loaded[split].num_rows, count)
            self.assertEqual(loaded[split].features, declared)
        self.assertEqual(sum(loaded.num_rows.values()), said["counts"]["pairs"])

    def test_the_card_is_one_that_the_hub_takes(self) -> None:
        head = card(exports.of_format("messages"))
        self.assertEqual(head["license"], "other")
        self.assertEqual(head["license_name"], "not-stated")
        self.assertEqual(head["task_categories"], ["text-generation"])
        self.assertEqual(head["size_categories"], ["n<1K"])
        self.assertEqual(head["language"], ["en"])
        self.assertEqual(
            card(exports.export("--order", "shuffled", "--license", "cc-by-4.0"))["license"], "cc-by-4.0"
        )

    def test_tables_hold_the_same_rows(self) -> None:
        for name in ["prompt-completion", "messages", "text"]:
            place = exports.of_format(name)
            expected = exports.rows(place, "train")
            path = str(exports.shards(place, "train")[0])
            ids = [row["id"] for row in expected]
            rewards = [row["reward"] for row in expected]
            with self.subTest(format=name):
                found = duckdb.sql(f"SELECT id, reward FROM read_json('{path}')").fetchall()
                self.assertEqual(found, list(zip(ids, rewards, strict=True)))
                frame = polars.read_ndjson(path)
                self.assertEqual(frame["id"].to_list(), ids)
                self.assertEqual(frame["reward"].to_list(), rewards)
                self.assertEqual(pandas.read_json(path, lines=True, dtype=False)["id"].tolist(), ids)
                with pyarrow.CompressedInputStream(pyarrow.OSFile(path), "gzip") as stream:
                    self.assertEqual(pyarrow.json.read_json(stream)["id"].to_pylist(), ids)

    def test_parquet_holds_the_same_rows(self) -> None:
        place = exports.of_format("parquet")
        path = str(exports.shards(place, "train")[0])
        expected = exports.rows(exports.of_format("prompt-completion"), "train")
        table = pyarrow.parquet.read_table(path)
        found = table.to_pylist()
        self.assertEqual([row["prompt"] for row in found], [row["prompt"] for row in expected])
        self.assertEqual(
            [row["response"] for row in found], [row["completion"][0]["content"] for row in expected]
        )
        self.assertEqual(
            [row["messages"] for row in found], [row["prompt"] + row["completion"] for row in expected]
        )
        for key in expected[0].keys() - {"prompt", "completion"}:
            self.assertEqual([row[key] for row in found], [row[key] for row in expected], key)
        ids = [row["id"] for row in expected]
        self.assertEqual([row[0] for row in duckdb.sql(f"SELECT id FROM '{path}'").fetchall()], ids)
        self.assertEqual(polars.read_parquet(path)["id"].to_list(), ids)
        self.assertEqual(pandas.read_parquet(path)["id"].tolist(), ids)
        column = pyarrow.parquet.ParquetFile(path).metadata.row_group(0).column(0)
        self.assertEqual(column.compression, "ZSTD")

    def test_parquet_has_the_same_bytes_again(self) -> None:
        other = exports.WORK / "parquet-again"
        place = exports.of_format("parquet")
        done = exports.program(
            "export", str(exports.RUN), "--format", "parquet", "--holdout", "0.2", "--out", str(other)
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        for path in sorted(file for file in place.rglob("*") if file.is_file()):
            self.assertEqual(path.read_bytes(), (other / path.relative_to(place)).read_bytes(), path)

    def test_files_are_whole_and_are_those_of_the_manifest(self) -> None:
        for name in exports.FORMATS:
            place = exports.of_format(name)
            said = exports.manifest(place)
            files = (
                said["shards"]
                + said["files"]
                + [shard["metadata"] for shard in said["shards"] if shard.get("metadata")]
            )
            listed = {file["path"] for file in files} | {"README.md", "manifest.json"}
            found = {str(path.relative_to(place)) for path in place.rglob("*") if path.is_file()}
            self.assertEqual(found, listed)
            for file in files:
                stored = (place / file["path"]).read_bytes()
                self.assertEqual(hashlib.sha256(stored).hexdigest(), file["sha256"], file)
                self.assertEqual(len(stored), file["bytes"], file)
                if file["path"].endswith(".gz"):
                    subprocess.run(["gzip", "-t", place / file["path"]], check=True, timeout=60)

    def test_a_sidecar_is_about_the_row_of_the_same_number(self) -> None:
        beside = exports.export("--metadata", "sidecar")
        inside = exports.rows(exports.export("--format", "prompt-completion"))
        for shard in exports.manifest(beside)["shards"]:
            texts = list(exports.lines(beside / shard["path"]))
            known = list(exports.lines(beside / shard["metadata"]["path"]))
            self.assertEqual([a | b for a, b in zip(texts, known, strict=True)], inside)


if __name__ == "__main__":
    unittest.main()
