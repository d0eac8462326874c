"""Games keep their numbers, and their index follows what lies in the folder."""

from __future__ import annotations

import json
import os
import shutil
import sys
import unittest
from pathlib import Path
from unittest.mock import patch

from alfworld_games import REAL, ROOT, change, copy_of, generated, new_folder

sys.path.insert(0, str(ROOT / "environments"))
from recode_environments.alfworld import index as indexes
from recode_environments.alfworld.index import Index, read_index
from recode_environments.protocol import BadData

PICK = "pick_and_place_simple"


def rows_of(index: Index) -> list[tuple[str, str, str]]:
    return [(row.split, row.task, row.path) for row in index.rows]


class Indexes(unittest.TestCase):
    def setUp(self) -> None:
        self.games = copy_of(generated())
        self.data = self.games / "json_2.1.1"
        self.cache = new_folder()
        self.read: list[str] = []

    def index(self) -> Index:
        """The index, and in `read` what had to be read for it."""
        with patch.object(indexes, "row_of", wraps=indexes.row_of) as reading:
            index = read_index(self.games, self.cache)
        self.read = [call.args[1] for call in reading.call_args_list]
        return index

    def kept(self) -> Path:
        (kept,) = self.cache.iterdir()
        return kept

    def test_is_read_once(self) -> None:
        first = self.index()
        self.assertEqual(len(self.read), 18)
        self.assertEqual((self.index(), self.read), (first, []))
        self.assertEqual(first.counts, {"played": 18})

    def test_reads_only_games_that_changed(self) -> None:
        before = self.index()
        path = before.games(PICK, "train")[0].path
        change(self.data / path / "game.tw-pddl", walkthrough=[])
        after = self.index()
        self.assertEqual(self.read, [path])
        self.assertEqual(rows_of(after), rows_of(before))
        self.assertNotEqual(after.digest, before.digest)

    def test_follows_games_that_come_and_go(self) -> None:
        before = self.index()
        path = self.data / before.games(PICK, "train")[0].path
        twin = path.with_name("trial_0")
        shutil.copytree(path, twin)
        self.assertEqual(self.index().games(PICK, "train")[0].path[-7:], "trial_0")
        self.assertEqual(len(self.read), 1)
        shutil.rmtree(twin)
        self.assertEqual(rows_of(self.index()), rows_of(before))
        self.assertEqual(self.read, [])

    def test_is_made_anew_when_torn(self) -> None:
        whole = self.index()
        text = self.kept().read_text()
        damaged = [
            text[: len(text) // 2],
            "",
            "[]",
            text.replace('"train"', '"test"'),
            text.replace(".v1", ".v0"),
        ]
        for torn in damaged:
            self.kept().write_text(torn)
            self.assertEqual(self.index(), whole)
            self.assertEqual(len(self.read), 18)
            self.assertEqual(self.kept().read_text(), text)

    def test_lies_beside_the_games_unless_a_folder_is_named(self) -> None:
        index = read_index(self.games)
        kept = self.data / "recode-index.json"
        self.assertEqual(len(json.loads(kept.read_text())["rows"]), 18)
        self.assertEqual(read_index(self.data), index)
        self.assertEqual([path.name for path in self.data.iterdir() if path.name.startswith(".")], [])

    def test_does_without_a_folder_to_keep_it_in(self) -> None:
        blocked = new_folder() / "file"
        blocked.write_text("")
        self.assertEqual(len(read_index(self.games, blocked / "below").rows), 18)

    def test_numbers_do_not_depend_on_the_file_system(self) -> None:
        before = self.index()
        backwards = [list(os.walk(self.data / folder))[::-1] for folder in indexes.FOLDERS.values()]
        with patch.object(os, "walk", side_effect=backwards):
            self.assertEqual(rows_of(read_index(self.games, new_folder())), rows_of(before))

    def test_leaves_out_what_upstream_leaves_out_and_counts_it(self) -> None:
        train = self.index().games
        by_task = {task: self.data / train(task, "train")[0].path for task in indexes.TASKS}
        change(by_task[PICK] / "game.tw-pddl", solvable=False)
        change(by_task["look_at_obj_in_light"] / "game.tw-pddl", solvable=None)
        change(by_task["pick_two_obj_and_place"] / "traj_data.json", task_type="pick_three")
        heat = by_task["pick_heat_then_place_in_recep"]
        heat.rename(heat.with_name("trial_Sliced"))
        (by_task["pick_cool_then_place_in_recep"] / "game.tw-pddl").unlink()
        self.assertEqual(
            self.index().counts,
            {"other task": 1, "played": 13, "unchecked": 1, "unsolvable": 1, "unsupported": 1},
        )
        self.assertEqual(self.index().games(PICK, "train"), [])
        self.assertEqual(len(self.index().games(PICK, "dev")), 1)

    def test_takes_the_data_folder_or_the_one_above(self) -> None:
        self.assertEqual(rows_of(read_index(self.data, self.cache)), rows_of(self.index()))
        self.assertEqual([row.split for row in read_index(REAL, self.cache).rows], ["dev"])

    def test_refuses_a_folder_without_games(self) -> None:
        empty, no_games, two = new_folder(), new_folder(), new_folder()
        (no_games / "json_2.1.1" / "train").mkdir(parents=True)
        for name in ("json_2.1.1", "json_2.1.2"):
            (two / name / "train").mkdir(parents=True)
        table = [
            (empty / "missing", "no such folder"),
            (empty, "holds 0 folders json_2.1.*, and should hold one"),
            (two, "holds 2 folders json_2.1.*, json_2.1.1, json_2.1.2, and should hold one"),
            (no_games, "no playable game among 0"),
        ]
        for folder, words in table:
            with self.assertRaises(BadData) as caught:
                read_index(folder, self.cache)
            self.assertIn(str(folder), str(caught.exception))
            self.assertIn(words, str(caught.exception))


if __name__ == "__main__":
    unittest.main()
