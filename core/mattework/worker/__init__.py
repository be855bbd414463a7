"""The engine as a local process: hosts that cannot load the core themselves talk to it over a private socket.

`protocol`, `rendezvous`, `launch` and `client` use the standard library only and name each other relatively, because the
GIMP plug-in carries a copy of them: they must run on any Python from 3.10 on. `server`, `jobs` and `rasters` stay here.
"""
