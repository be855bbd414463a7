from enum import IntFlag

class GType: ...

TYPE_NONE: GType

class ParamFlags(IntFlag):
    READWRITE = 3
