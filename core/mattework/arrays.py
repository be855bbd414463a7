"""Names for the array types that cross module borders.

Shapes are in docstrings; these aliases fix only the element types. Colour arrays are RGB order (or the document's
mode), C-contiguous, y down. Documents hold `Samples`; algorithms work on `Floats` in 0 to 1.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Samples: TypeAlias = NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.float32]
"""Pixels as a document holds them: uint8, uint16 or float32."""

Floats: TypeAlias = NDArray[np.float32]
Bytes: TypeAlias = NDArray[np.uint8]
Labels: TypeAlias = NDArray[np.int32]
Bools: TypeAlias = NDArray[np.bool_]
AnyArray: TypeAlias = NDArray[Any]
