"""The core's errors that a person at the editor can meet, as it writes them. Those of the command line are left out."""

from __future__ import annotations

FAILURES = (
    # Opening
    "{file} does not exist. Check the name.",
    "{file} is a folder. Name a picture file inside it.",
    "{file} is a device and not a file. Name a picture file.",
    "{file} cannot be read: no permission. Change its permissions first.",
    "{file} cannot be read ({why}). Check the name and the disk.",
    "{file} is empty. Copy it again.",
    "{file} is {what}. Mattework reads JPEG, PNG, WebP, AVIF, HEIC, BMP, GIF, TIFF, PSD and PSB; save it as one of these.",
    "{file} is a camera's raw file, which Mattework does not develop. Develop it in your raw converter, save it as "
    "16-bit TIFF, and cut that.",
    "{file} is a HEIC picture, which needs an extra library. Install it with: {command}",
    "{file} has {size} = {megapixels} megapixels; the limit is {limit}. Make it smaller, or raise the limit if you trust "
    "the file.",
    "{file} ({size}) needs {needed} GB once decoded; the limit is {limit} GB. Make it smaller, or raise the limit if this "
    "machine has the memory.",
    "{file} needs {needed} GB once its layers are decoded; the limit is {limit} GB. Merge or crop layers, or raise the "
    "limit if this machine has the memory.",
    "{file} needs more memory than there is. Close other programs, or make the picture smaller.",
    "{file} is a {kind} of a variant that cannot be read ({why}). Save it as PNG or TIFF.",
    "{file} is a damaged or incomplete {kind} ({why}). Copy or export it again.",
    "{file} is a damaged or incomplete PNG picture (no header). Copy it again.",
    "{file} is a damaged PNG picture ({why}). Export it again.",
    "{file} is a damaged PNG picture: its size is not what it says. Export it again.",
    "{file} is a damaged PNG picture (wrong checksum). Copy or export it again.",
    "{file} is an incomplete {kind} picture: its end is missing. Copy it again.",
    "{file} is a damaged or empty TIFF file: it has no picture inside. Export it again.",
    "{file} is a damaged TIFF picture: parts of it are missing. Copy or export it again.",
    "{file} is a TIFF with {kind} pixels, which are not read. Save it as RGB TIFF or PNG.",
    "{file} is a TIFF with a compression that is not read ({kind}). Save it without compression.",
    "{file} is a JPEG with {kind}, which is not read. Save it as PNG or TIFF.",
    "{file} is damaged: its picture is {why}. Copy or export it again.",
    "{file} is not a Photoshop document. Check that the suffix is right.",
    "{file} claims a size of {size} pixels, which is no picture. Export it again.",
    "The recipe has version {version}; this Mattework reads up to {known}. Install a newer Mattework.",
    "The recipe cannot be re-applied: {why}",
    "The {what} stored with the recipe is damaged, so it cannot be re-applied. Cut the photo out again.",
    "soft mask",
    "trimap",
    "The recipe rests on a trimap of {size} pixels, and the photo has {found}: it is another photo's. Cut this photo with "
    "a trimap of its own.",
    "The file no longer holds the photo: its layers “{photo}” and “{clean}” are gone. Put the photo back as a layer "
    "“{name}” that fills the picture, or cut the photo out again.",
    "The recipe was made for the layer “{layer}” alone, which does not fill the picture. Use `mattework refine` or "
    "`mattework.refine_layer`, which make that layer's mask again and change nothing else.",
    "The recipe cannot be read: {why}.",
    "The pictures stored with the recipe are damaged. It cannot be re-applied.",
    # Saving
    "{file} is a folder. Name a file to write.",
    "{file} cannot be written: the folder {folder} does not exist. Create it first.",
    "{file} cannot be written: the disk is read-only. Choose another folder.",
    "{file} cannot be written: no permission to write in the folder {folder}. Choose another one.",
    "{file} was not written: the disk is full. Free some space; nothing was changed.",
    "{file} was not written: the disk is read-only. Choose another folder.",
    "{file} was not written: no permission, or another program has it open. Nothing was changed.",
    "{file} was not written: the name is too long for this disk. Choose a shorter one.",
    "{file} was not written ({why}). Try another folder; nothing was changed.",
    "{file} does not end in a format that can be written. Use one of: {kinds}; a folder has to be there, or end in a "
    "slash.",
    "{kind} holds at most {most} pixels a side; this picture has {size}. Save it as PNG or TIFF.",
    "A picture of {size} pixels does not fit into a Photoshop document (at most {most} a side). Save it as TIFF, or make "
    "it smaller.",
    "There is not enough memory to write this {kind} file. Save it as PNG, or make it smaller.",
    "There is not enough memory to write this picture. Close other programs, or make it smaller.",
    # Edges and objects
    "The screen {colour} is not a colour with a hue. Write green, blue, or as in #00b140.",
    "A {kind} lies outside the photo, which is {size} pixels.",
    "The point {point} lies outside the photo, which is {size} pixels.",
    # Models
    "{model} is not installed. With a network: mattework models install {name}. Without one, {how}.",
    "{model} is not installed and has no download that could be checked: {how}.",
    "The built-in model {model} lacks {files} in {folder}: this copy of Mattework is incomplete. Install it again.",
    'The solver "neural" needs a matting model that takes a trimap, and none is installed. {how}',
    "There is not enough memory to run {model} on {device}. Close other programs, use a smaller input size, a lighter "
    "model or --device cpu.",
    "{file} is not a sound ONNX file ({why}). Remove it and get it again.",
    "{file} is no ONNX file. What was saved may be a web page or a pointer to the file: fetch the file itself.",
    "{file} is not the file of the record of {model}: its hash differs. {how}",
    "{file} could not be fetched from {address}: {why}. {how}",
    "{needed} MB are to come and {folder} has {free} MB of space left. Make room first.",
    "More bytes are to come and {folder} has {free} MB of space left. Make room first.",
    "{file} cannot be written: {why}. Make room; what has arrived is kept.",
    "The network cannot be used as this machine is set up ({why}). See the environment variables ALL_PROXY, HTTP_PROXY and "
    "HTTPS_PROXY, whose proxies must be http or https addresses, and SSL_CERT_FILE.",
    "What {address} sent is not {file} of the record: its hash differs. It was deleted. Try again, or another mirror.",
    "Another Mattework is fetching {file} just now. Wait until it is done, then try again.",
    "{model} failed on {device}: {why}. Try --device cpu or another model.",
    # The engine
    "The Mattework engine has not answered for {seconds} seconds and was stopped. Try again.",
    "The Mattework engine runs but has not answered for {seconds} seconds and was stopped. Try again.",
    "The Mattework engine {what} (exit code {code}). It said: {words}",
    "The Mattework engine {what} (exit code {code}). It said nothing.",
    "did not start",
    "was not ready after {seconds} seconds and was stopped",
    "The Mattework engine cannot be started: {program}: {why}.",
    "To see why, run `mattework worker` in a terminal; if it does not start, install Mattework again.",
)
