"""Runs inside GIMP 3: opens in.psd in the folder MATTEWORK_FOLDER and exports it as out.psd, as people do after editing."""

import importlib
import os
from typing import Any

gi: Any = importlib.import_module("gi")
gi.require_version("Gimp", "3.0")
repository: Any = importlib.import_module("gi.repository")
Gimp, Gio = repository.Gimp, repository.Gio

folder = os.environ["MATTEWORK_FOLDER"]
quietly = Gimp.RunMode.NONINTERACTIVE
image = Gimp.file_load(quietly, Gio.File.new_for_path(os.path.join(folder, "in.psd")))
Gimp.file_save(quietly, image, Gio.File.new_for_path(os.path.join(folder, "out.psd")), None)
print("RESULT saved")
