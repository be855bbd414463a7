# type: ignore
# What GIMP is told to run: every journey of the modules beside this file, or those that are named.
import json
import os
import sys
import time
import traceback

sys.path.insert(0, os.environ["MATTEWORK_TEST_WORK"])

import editing  # noqa: F401
import failures  # noqa: F401
import objects  # noqa: F401
import procedures  # noqa: F401
import retouching  # noqa: F401
from inside import JOURNEYS, file_of

results = {}
wanted = os.environ.get("MATTEWORK_TEST_JOURNEYS", "").split()
for one in JOURNEYS:
    if wanted and one.__name__ not in wanted:
        continue
    began = time.monotonic()
    try:
        results[one.__name__] = one()
    except Exception:  # noqa: BLE001 - told outside
        results[one.__name__] = {"failed": traceback.format_exc()}
    print(one.__name__, round(time.monotonic() - began, 1), "s", flush=True)
with open(file_of("results.json"), "w") as stream:
    json.dump(results, stream)
print("RESULT", flush=True)
