"""ALFWorld's text games: serves them on stdin and stdout, or makes some.

    alfworld_server.py --games DIR             speaks the environment protocol (docs/environments.md)
    alfworld_server.py games --out DIR …       makes games that are known to be winnable
    alfworld_server.py plan GAME               prints a plan that wins a game, as JSON

Run with `python -I -B`; every form has --help.
"""

import sys
from pathlib import Path

# Isolated, Python leaves out the folder of the program itself.
sys.path.insert(0, str(Path(__file__).resolve().parent))

if __name__ == "__main__":
    from recode_environments.alfworld.command import main

    sys.exit(main(sys.argv[1:]))
