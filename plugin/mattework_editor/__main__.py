"""`python -m mattework_editor photo.jpg`."""

import sys
from pathlib import Path

from mattework_editor.app import main

if __name__ == "__main__":
    sys.exit(main([Path(one) for one in sys.argv[1:]]))
