"""`python -m mattework` is the command line."""

from mattework.cli import main

main()
