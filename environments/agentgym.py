"""AgentGym servers behind the environment protocol, such as
`python -I -B environments/agentgym.py --url http://127.0.0.1:36001 --kind alfworld`."""

import sys
from pathlib import Path

# An isolated Python does not look in the folder of the script.
sys.path.insert(0, str(Path(__file__).resolve().parent))

from recode_environments.agentgym.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
