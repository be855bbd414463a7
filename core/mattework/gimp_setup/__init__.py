"""Putting the GIMP plug-in where GIMP looks for it, checking it, and taking it out. Knows folders, not GIMP's API."""
