"""The built program reaches servers of AgentGym by their address alone."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

import agentgym_support as support
from alfworld_games import PATIENCE
from test_alfworld_teacher import PROGRAM


def held_out(*options: str) -> tuple[subprocess.CompletedProcess[str], list[dict[str, Any]]]:
    """Lists the dev and test games of a server, each of which is begun for that."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "list.json"
        command = [str(PROGRAM), "held-out", *options, "--python", sys.executable, "--out", str(out)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
        return done, json.loads(out.read_text())["instances"] if out.exists() else []


class AddressTests(unittest.TestCase):
    def test_games_of_every_kind_are_begun(self) -> None:
        for kind in ("alfworld", "sciworld", "webshop"):
            with self.subTest(kind), support.server(kind) as server:
                where = ("--env-url", server.url, "--env-kind", kind)
                done, instances = held_out(*where, "--env-instances", str(support.GAMES))
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual({row["split"] for row in instances}, {"dev", "test"})
                self.assertEqual(len({row["instance"] for row in instances}), support.GAMES // 5)
                self.assertIn(f"agentgym-{kind}/{kind}/", instances[0]["task_id"])

    def test_a_server_that_is_not_there_is_named(self) -> None:
        done, instances = held_out("--env-url", "http://127.0.0.1:9", "--env-kind", "alfworld")
        self.assertEqual((done.returncode, instances), (1, []))
        self.assertIn("http://127.0.0.1:9: no connection", done.stderr)

    def test_an_address_with_a_password_is_refused_and_not_shown(self) -> None:
        for address in ("http://me:secret@127.0.0.1:9", "http://127.0.0.1:9/?key=secret"):
            with self.subTest(address):
                done, instances = held_out("--env-url", address, "--env-kind", "alfworld")
                self.assertEqual((done.returncode, instances), (64, []))
                self.assertIn("has a user name, a password or a query", done.stderr)
                self.assertNotIn("secret", done.stderr)


if __name__ == "__main__":
    unittest.main()
