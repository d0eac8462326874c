"""Every row leads back to its trajectory and node, and no node is lost or told twice."""

import unittest

import exports


class RoundTrip(unittest.TestCase):
    def test_every_expansion_is_one_row(self) -> None:
        known = exports.trajectories()
        place = exports.export("--format", "messages")
        found = [
            (row["trajectory_id"], row["node_id"]) for row in exports.rows(place) if row["kind"] == "answer"
        ]
        self.assertEqual(len(found), len(set(found)))
        expanded = {
            (trajectory["id"], node["id"])
            for trajectory in known.values()
            for node in trajectory["nodes"]
            if node["kind"] == "placeholder" and node["expansion"]
        }
        dropped = sum(exports.manifest(place)["counts"]["dropped"].values())
        self.assertLessEqual(set(found), expanded)
        self.assertEqual(len(found) + dropped, len(expanded))
        self.assertGreater(len(found), 50)

    def test_a_row_is_what_its_node_says(self) -> None:
        known = exports.trajectories()
        for row in exports.rows(exports.export("--format", "messages")):
            trajectory = known[row["trajectory_id"]]
            node = trajectory["nodes"][row["node_id"]]
            question, answer = row["messages"][-2:]
            self.assertEqual((question["role"], answer["role"]), ("user", "assistant"))
            self.assertIn(node["code"], question["content"])
            self.assertIn(node["expansion"]["code"], answer["content"])
            self.assertEqual(row["task_id"], trajectory["task_id"])
            self.assertEqual(row["reward"], trajectory["reward"])

    def test_every_format_has_the_same_pairs_in_the_same_order(self) -> None:
        expected = [row["id"] for row in exports.rows(exports.of_format("prompt-completion"))]
        for name in ["messages", "sharegpt", "alpaca", "text"]:
            self.assertEqual([row["id"] for row in exports.rows(exports.of_format(name))], expected, name)

    def test_held_out_tasks_have_no_row_in_train(self) -> None:
        place = exports.of_format("messages")
        train = {row["task_id"] for row in exports.rows(place, "train")}
        validation = {row["task_id"] for row in exports.rows(place, "validation")}
        self.assertTrue(train and validation)
        self.assertFalse(train & validation)


if __name__ == "__main__":
    unittest.main()
