from enum import Enum

class EllipsizeMode(Enum):
    END = 3
