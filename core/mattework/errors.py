"""Every error that Mattework raises on purpose.

    MatteworkError                    exit code
    ├── UsageError                    2    the request itself cannot be carried out
    ├── InputError                    3
    │   ├── FileNotReadable                missing, a folder, no permission
    │   ├── UnsupportedFile                sound, but of a kind that we do not read
    │   ├── DamagedFile                    truncated, corrupt, or lying about itself
    │   └── FileTooLarge                   beyond the limits set for pixels or memory
    ├── OutputError                   4
    │   ├── OutputExists                   a user's file is never overwritten unasked
    │   ├── OutputNotWritable              no permission, disk full
    │   └── FormatCannotHold               the container has no room for this document
    ├── ModelError                    5
    │   ├── UnknownModel
    │   ├── ModelNotInstalled
    │   ├── ModelDamaged                   hash or structure differs from the record
    │   ├── ConsentNeeded                  licence terms were not accepted yet
    │   ├── DownloadFailed
    │   └── ModelFailed                    the network could not be run
    ├── DeviceUnavailable             6    a forced device is not there
    ├── RecipeError                   7    a recipe that cannot be read or re-applied
    ├── OutOfMemory                   8
    ├── HostError                     9    a host program, or the engine beside it, cannot be set up or started
    └── Cancelled                     130

A message says what happened, to which file, and what to do about it.
"""

from __future__ import annotations

from typing import ClassVar


class MatteworkError(Exception):
    """Root of the tree. `exit_code` is what the command line ends with."""

    exit_code: ClassVar[int] = 1


class UsageError(MatteworkError):
    exit_code = 2


class InputError(MatteworkError):
    exit_code = 3


class FileNotReadable(InputError):
    pass


class UnsupportedFile(InputError):
    pass


class DamagedFile(InputError):
    pass


class FileTooLarge(InputError):
    pass


class OutputError(MatteworkError):
    exit_code = 4


class OutputExists(OutputError):
    pass


class OutputNotWritable(OutputError):
    pass


class FormatCannotHold(OutputError):
    pass


class ModelError(MatteworkError):
    exit_code = 5


class UnknownModel(ModelError):
    pass


class ModelNotInstalled(ModelError):
    pass


class ModelDamaged(ModelError):
    pass


class ConsentNeeded(ModelError):
    pass


class DownloadFailed(ModelError):
    pass


class ModelFailed(ModelError):
    pass


class DeviceUnavailable(MatteworkError):
    exit_code = 6


class RecipeError(MatteworkError):
    exit_code = 7


class OutOfMemory(MatteworkError):
    exit_code = 8


class HostError(MatteworkError):
    exit_code = 9


class Cancelled(MatteworkError):
    exit_code = 130
