# The installer puts a copy of mattework.worker beside the plug-in under this name.
