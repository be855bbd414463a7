"""What other programs cannot do with our files, and why: known, stated, and held by the tests in both directions.

A limit that is missing here fails the tests, and so does one that a newer program no longer has.
"""

from __future__ import annotations

from dataclasses import dataclass

from readers.checks import FEATURES, LAYER_CHECKS, MERGED


@dataclass(frozen=True, slots=True)
class Limit:
    """`reader` does not agree on `features` in files whose kind contains one of `kinds` (all when empty), because …

    `names`: only in samples whose name contains one of these. `outside`: the program does not deal with this at all.
    """

    reader: str
    features: tuple[str, ...]
    reason: str
    kinds: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    outside: bool = False

    def applies_to(self, reader: str, kind: str, name: str) -> bool:
        return (
            self.reader == reader
            and (not self.kinds or any(part in kind for part in self.kinds))
            and (not self.names or any(part in name for part in self.names))
        )


def find_limits(reader: str, kind: str, name: str) -> dict[str, Limit]:
    """The limits of a reader for one sample, by feature."""
    return {
        feature: limit
        for limit in LIMITS
        if limit.applies_to(reader, kind, name)
        for feature in limit.features
    }


RENDERED = "Same picture when it renders the layers"
ICC, DPI, EXIF, RECIPE = "Colour profile", "Resolution", "Camera data (EXIF)", "Recipe (XMP)"
PIXELS, ALPHA, MASKS = "Pixels of layers", "Transparency of layers", "Layer masks"
LAYERS = ("Layers and their order", *LAYER_CHECKS)

LIMITS: tuple[Limit, ...] = (
    Limit("GIMP", (MERGED,), "renders the layers itself instead of reading the merged picture", outside=True),
    Limit("GIMP", (PIXELS, RENDERED), "converts to RGB", kinds=("CMYK", "Lab")),
    Limit(
        "GIMP",
        (RENDERED,),
        "adds the merged picture as one more layer below: hide that layer",
        kinds=("TIFF",),
    ),
    Limit("GIMP", (EXIF, RECIPE), "does not read these of PSB", kinds=("PSB",)),
    Limit(
        "GIMP",
        ("Layer names in any script",),
        "numbers a layer called Background, because it adds one of that name",
        kinds=("TIFF",),
        names=("cutout",),
    ),
    Limit(
        "ImageMagick",
        ("Layer names in any script",),
        "reads the old name field, which knows Western letters only",
        names=("layered",),
    ),
    Limit("ImageMagick", ("Groups",), "lists layers without their groups", outside=True),
    Limit("ImageMagick", ("Blend modes", RENDERED), "was not asked to blend", outside=True),
    Limit(
        "ImageMagick",
        (PIXELS,),
        "version 6 fills green and blue of masked gray layers with white",
        kinds=("gray, 16",),
    ),
    Limit("ImageMagick", (EXIF,), "passes no EXIF of TIFF on", kinds=("TIFF",)),
    Limit("ImageMagick", FEATURES, "version 6 does not read 32-bit layers", kinds=("32 bit",)),
    Limit("ImageMagick", (PIXELS, MERGED), "shows Lab in another encoding", kinds=("Lab",)),
    Limit("ag-psd", (RENDERED,), "reads files, does not render", outside=True),
    Limit("ag-psd", (ICC,), "does not keep profiles", kinds=("RGB",)),
    Limit("ag-psd", (EXIF,), "does not read EXIF"),
    Limit("ag-psd", FEATURES, "does not read CMYK and Lab", kinds=("CMYK", "Lab")),
    Limit("PhotoshopAPI", (MERGED, RENDERED), "reads layers only", outside=True),
    Limit("PhotoshopAPI", (EXIF, RECIPE), "does not read EXIF and XMP"),
    Limit("PhotoshopAPI", FEATURES, "does not read Lab", kinds=("Lab",)),
    Limit("psd-tools", (EXIF,), "does not read EXIF"),
    Limit("psdtags", (RENDERED,), "reads files, does not render", outside=True),
    Limit("psdtags", (DPI, EXIF, RECIPE), "reads layers only", outside=True),
    Limit("Pillow", (*LAYERS, RENDERED), "opens the merged picture only", outside=True),
    Limit("Pillow", (DPI, EXIF, RECIPE), "does not read these of PSD", kinds=("PSD", "PSB")),
    Limit("Pillow", FEATURES, "reads PSD at 8 bit only", kinds=("PSD, RGB, 16", "PSD, gray, 16", "32 bit")),
    Limit("Pillow", (MERGED,), "gives 8 of 16 bits", kinds=("TIFF, RGB, 16",)),
    Limit("Pillow", FEATURES, "does not read PSB", kinds=("PSB",)),
    Limit("Pillow", (MERGED,), "gives a and b of Lab as signed numbers", kinds=("Lab",)),
    Limit("ExifTool", (*LAYERS, MERGED, RENDERED), "reads metadata only", outside=True),
)
