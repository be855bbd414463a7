"""`python -m mattework_editor photo.jpg`."""

import sys

from mattework_editor.app import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
