# type: ignore
# One GIMP among others: cuts a picture, or works long enough to be killed, and tells what it saw in a file of its own.
import json
import os
import sys

sys.path.insert(0, os.environ["MATTEWORK_TEST_WORK"])

from failures import slow_arguments
from inside import call, cut, describe, file_of, make_image

image, layer = make_image()
if os.environ["MATTEWORK_TEST_TASK"] == "slow":
    entry = call("mattework-refine-edge", image, [slow_arguments(image, layer)], solver="closed-form")
else:
    entry = cut(image, [layer])
entry["layers"] = describe(image)
with open(file_of(os.environ["MATTEWORK_TEST_NAME"]), "w") as stream:
    json.dump(entry, stream)
