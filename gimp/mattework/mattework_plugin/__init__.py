"""The GIMP 3 side of Mattework: pixels out of GIMP, masks and layers into it. The engine is another process."""

import gi

gi.require_version("Gimp", "3.0")
gi.require_version("Gegl", "0.4")
gi.require_version("Babl", "0.1")
