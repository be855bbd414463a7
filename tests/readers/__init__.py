"""What other programs see in our files.

Each reader is a small adapter around a program that we did not write; all of them answer with the same `Reading`, so
that one set of checks compares every program with the document that was written. `installer/test-hosts.sh` installs
the programs.
"""
