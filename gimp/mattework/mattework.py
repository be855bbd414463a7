#!/usr/bin/env python3
"""Mattework for GIMP 3: what GIMP starts. Everything else is in the packages beside this file.

Only the standard library and gi are used, so that the menu entries always appear; what is wrong with the engine is said
when it is needed.
"""

import sys

from mattework_plugin.plugin import Gimp, Mattework

Gimp.main(Mattework.__gtype__, sys.argv)
