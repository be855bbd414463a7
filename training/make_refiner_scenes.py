"""Draw the refiner's scenes and solve them: ``python training/make_refiner_scenes.py --shards 60``.

Shards that are there are left alone, so the command may be stopped and started, and several may share the work with
``--first`` and ``--step``. Training may begin while scenes are still being made.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import cv2
import platformdirs

sys.path.insert(0, str(Path(__file__).resolve().parent))

from mattework_training.library import find_data
from mattework_training.refine_shards import SHARD, make_shard, open_maker

DEFAULT_FOLDER = platformdirs.user_cache_path("mattework") / "training" / "refiner-scenes"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", help="folder of training tars (else MATTEWORK_SHARED)")
    parser.add_argument("--scenes", type=Path, default=DEFAULT_FOLDER)
    parser.add_argument("--part", choices=("train", "check"), default="train")
    parser.add_argument("--shards", type=int, default=60, help=f"of {SHARD} scenes each")
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--step", type=int, default=1)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    maker = open_maker(options.part, find_data(options.data))
    for number in range(options.first, options.shards, options.step):
        make_shard(maker, options.scenes, options.part, number)
        print(f"{options.part} {number + 1} of {options.shards}", flush=True)


if __name__ == "__main__":
    main()
