"""WebShop behind the environment protocol, such as `python -I -B environments/webshop.py --synthetic 99`."""

import sys
from pathlib import Path

# An isolated Python does not look in the folder of the script.
sys.path.insert(0, str(Path(__file__).resolve().parent))

from recode_environments.webshop.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
