"""XMP packets: our recipe goes in and out, and everybody else's bytes stay as they are.

A packet is parsed once to learn where things lie, and then edited by cutting and inserting bytes, so that foreign
namespaces, prefixes, order and padding survive. The recipe is a block of its own:

    <rdf:Description rdf:about="" xmlns:mattework="https://mattework.org/ns/1.0/">
        <mattework:Recipe>     the recipe as JSON text
        <mattework:SoftMask>   a PNG in base64
        <mattework:Trimap>     a PNG in base64

Other programs may store the same properties as attributes or under another prefix; reading and removing cover that.

Source: XMP Specification Part 1 (ISO 16684-1:2019).
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias
from xml.parsers import expat
from xml.sax.saxutils import escape

from mattework.errors import RecipeError
from mattework.recipe import Recipe, RecipeInputs, parse_recipe

if TYPE_CHECKING:
    from xml.parsers.expat import XMLParserType

NAMESPACE = "https://mattework.org/ns/1.0/"
PREFIX = "mattework"
MAX_PACKET = 256 << 20

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ORIENTATION = "http://ns.adobe.com/tiff/1.0/ Orientation"
_THUMBNAILS = "http://ns.adobe.com/xap/1.0/ Thumbnails"
_PROPERTIES = ("Recipe", "SoftMask", "Trimap")
_MAX_DEPTH = 200

_OPENING = f'<rdf:Description rdf:about="" xmlns:rdf="{_RDF}" xmlns:{PREFIX}="{NAMESPACE}">'
_EMPTIED_BLOCK = re.compile(rb"(?:  )?" + re.escape(_OPENING.encode()) + rb"\s*</rdf:Description>(?:\n )?")
"""What our own block is without its properties: left in, every refining would add one."""

_ATTRIBUTE = re.compile(rb"""\s+([^\s=]+)\s*=\s*(?:"[^"]*"|'[^']*')""")

_NameTest: TypeAlias = Callable[[str], bool]

_EMPTY_PACKET = (
    b'<?xpacket begin="\xef\xbb\xbf" id="W5M0MpCehiHzreSzNTczkc9d"?>\n'
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
    b' <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n'
    b" </rdf:RDF>\n"
    b"</x:xmpmeta>\n"
    b'<?xpacket end="w"?>'
)


class _BadPacket(Exception):
    """Not well-formed, not XMP, or built to hurt."""


def get_recipe(xmp: bytes | None) -> tuple[Recipe, RecipeInputs] | None:
    """The recipe in a packet and the pictures it rests on; None when there is no packet, no recipe, or a broken packet.

    Raises:
        RecipeError: there is a recipe, but it is damaged or of a newer version.
    """
    if not xmp:
        return None
    try:
        found = _Survey(_normalise(xmp)).values
    except _BadPacket:
        return None
    text = found.get("Recipe")
    if text is None:
        return None
    try:
        soft_mask, trimap = (
            base64.b64decode("".join(found[name].split()), validate=True) if name in found else None
            for name in ("SoftMask", "Trimap")
        )
    except (binascii.Error, ValueError) as error:
        raise RecipeError(
            "The pictures stored with the recipe are damaged. It cannot be re-applied."
        ) from error
    return parse_recipe(text), RecipeInputs(soft_mask=soft_mask, trimap=trimap)


def put_recipe(xmp: bytes | None, recipe: Recipe, inputs: RecipeInputs) -> bytes:
    """The packet with this recipe in place of any older one, all else unchanged; a new packet when there is none.

    A broken packet is replaced by a new one: `clean_xmp` told about it when the file was read.
    """
    # Of what no XML may hold, a recipe has only characters within its strings, which JSON can write another way.
    values = [("Recipe", _NO_XML.sub(lambda one: f"\\u{ord(one[0]):04x}", recipe.to_json()))]
    for name, png in (("SoftMask", inputs.soft_mask), ("Trimap", inputs.trimap)):
        if png is not None:
            values.append((name, base64.b64encode(png).decode("ascii")))
    lines = [f"  {_OPENING}"]
    lines += [f"   <{PREFIX}:{name}>{escape(text)}</{PREFIX}:{name}>" for name, text in values]
    lines += ["  </rdf:Description>", " "]
    block = "\n".join(lines).encode()
    packet = drop_recipe(xmp) if xmp else None
    return _insert(_EMPTY_PACKET if packet is None else packet, block)


def drop_recipe(xmp: bytes | None) -> bytes | None:
    """The packet without our properties and the block that held them; None when there is none or it is broken."""
    packet = _remove(xmp, lambda name: name.startswith(NAMESPACE + " "))
    return None if packet is None else _EMPTIED_BLOCK.sub(b"", packet)


def add_words(xmp: bytes | None, words: Mapping[str, str]) -> bytes | None:
    """The packet with properties of Dublin Core ("title", "creator", "description", "rights") that it does not have yet.

    A new packet where there is none; a broken one as it is.
    """
    try:
        packet = _EMPTY_PACKET if not xmp else _normalise(xmp)
        survey = _Survey(packet)
    except _BadPacket:
        return xmp
    known = {name for one in survey.elements for name in (one.name, *one.attributes)}
    lines = [f'  <rdf:Description rdf:about="" xmlns:rdf="{_RDF}" xmlns:dc="{_DUBLIN_CORE}">']
    for name, text in words.items():
        if f"{_DUBLIN_CORE} {name}" in known:
            continue
        kind, language = ("Seq", "") if name == "creator" else ("Alt", ' xml:lang="x-default"')
        said = escape(_NO_XML.sub(" ", text))
        lines.append(f"   <dc:{name}><rdf:{kind}><rdf:li{language}>{said}</rdf:li></rdf:{kind}></dc:{name}>")
    if len(lines) == 1:
        return xmp
    return _insert(packet, "\n".join([*lines, "  </rdf:Description>", " "]).encode())


def clean_xmp(xmp: bytes | None) -> bytes | None:
    """The packet as UTF-8 without `tiff:Orientation`, which readers have applied, and without thumbnails, which would show
    the whole photograph inside a file that was made to hide its background; None when it is broken.

    Document type declarations are refused, so entities cannot be used to blow a packet up.
    """
    return _remove(xmp, lambda name: name in (_ORIENTATION, _THUMBNAILS))


# --- finding ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Open:
    """An element that has started: its expanded name, where its tag starts, its attributes as in `_Found`, its text."""

    name: str
    start: int
    attributes: dict[str, str]
    text: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Found:
    """A finished element: expanded name and byte range; `attributes` are the prefixes in the packet by expanded name."""

    name: str
    start: int
    end: int
    attributes: dict[str, str]


class _Survey:
    """One pass over a packet: where properties and the RDF element lie, and what our own properties say."""

    def __init__(self, packet: bytes) -> None:
        self.packet = packet
        self.elements: list[_Found] = []
        self.values: dict[str, str] = {}
        self.rdf: _Found | None = None
        self.rdf_end_tag = 0
        self._stack: list[_Open] = []
        self._parser: XMLParserType = expat.ParserCreate("UTF-8", namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.namespace_prefixes = True
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        try:
            self._parser.Parse(packet, True)
        except expat.ExpatError as error:
            raise _BadPacket(str(error)) from error
        if self.rdf is None:
            raise _BadPacket("no RDF inside")

    def _refuse_doctype(self, *_: object) -> None:
        raise _BadPacket("a document type declaration")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._stack) >= _MAX_DEPTH:
            raise _BadPacket("nested too deeply")
        expanded = {key: _split_name(key) for key in attributes}
        self._stack.append(
            _Open(_split_name(name)[0], self._parser.CurrentByteIndex, dict(expanded.values()))
        )
        for key, value in attributes.items():
            self._keep(expanded[key][0], value)

    def _text(self, text: str) -> None:
        if self._stack and self._stack[-1].name.startswith(NAMESPACE):
            self._stack[-1].text.append(text)

    def _end(self, _: str) -> None:
        opened = self._stack.pop()
        name = opened.name
        end_tag = self._parser.CurrentByteIndex
        found = _Found(name, opened.start, _find_tag_end(self.packet, end_tag), opened.attributes)
        if name == f"{_RDF} RDF":
            self.rdf, self.rdf_end_tag = found, end_tag
        self._keep(name, "".join(opened.text))
        self.elements.append(found)

    def _keep(self, name: str, text: str) -> None:
        namespace, _, local = name.rpartition(" ")
        if namespace == NAMESPACE and local in _PROPERTIES:
            self.values.setdefault(local, text)


def _split_name(name: str) -> tuple[str, str]:
    """An expanded name (namespace, a space, local name) and the prefix, of what the parser says with spaces between."""
    namespace, _, rest = name.partition(" ")
    local, _, prefix = rest.partition(" ")
    return (f"{namespace} {local}" if local else namespace), prefix


def _find_tag_end(packet: bytes, start: int) -> int:
    """The byte after the tag that starts at `start`; quoted values may hold a >."""
    quote = 0
    for at in range(start, len(packet)):
        byte = packet[at]
        if quote:
            if byte == quote:
                quote = 0
        elif byte in b"\"'":
            quote = byte
        elif byte == 0x3E:
            return at + 1
    raise _BadPacket("an open tag")


def _normalise(xmp: bytes) -> bytes:
    """The packet as UTF-8 without padding zeros around it."""
    if len(xmp) > MAX_PACKET:
        raise _BadPacket("too large")
    try:
        if xmp[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return xmp.decode("utf-16").strip("\0").encode()
        packet = xmp.removeprefix(b"\xef\xbb\xbf").strip(b"\0 \t\r\n")
        packet.decode("utf-8")
    except (UnicodeError, ValueError) as error:
        raise _BadPacket(str(error)) from error
    return packet


# --- cutting and inserting -------------------------------------------------------------------------------------------


def _remove(xmp: bytes | None, is_unwanted: _NameTest) -> bytes | None:
    if not xmp:
        return None
    try:
        packet = _normalise(xmp)
        survey = _Survey(packet)
    except _BadPacket:
        return None
    cuts: list[tuple[int, int]] = []
    for element in survey.elements:
        if is_unwanted(element.name):
            cuts.append((element.start, element.end))
        elif any(is_unwanted(name) for name in element.attributes):
            cuts += _find_attributes(packet, element, is_unwanted)
    if not cuts:
        return packet
    return _cut(packet, cuts)


def _find_attributes(packet: bytes, element: _Found, is_unwanted: _NameTest) -> list[tuple[int, int]]:
    """Byte ranges of unwanted attributes in an element's start tag, each with the space in front of it."""
    wanted = {
        f"{prefix}:{name.rpartition(' ')[2]}".encode()
        for name, prefix in element.attributes.items()
        if is_unwanted(name)
    }
    found = _ATTRIBUTE.finditer(packet, element.start, _find_tag_end(packet, element.start))
    return [match.span() for match in found if match[1] in wanted]


def _cut(packet: bytes, cuts: list[tuple[int, int]]) -> bytes:
    kept, at = [], 0
    for start, end in sorted(cuts):
        if start >= at:
            kept.append(packet[at:start])
        at = max(at, end)
    kept.append(packet[at:])
    return b"".join(kept)


def _insert(packet: bytes, block: bytes) -> bytes:
    """The packet with `block` as the last thing inside its RDF element."""
    survey = _Survey(packet)
    rdf = survey.rdf
    if rdf is None:
        raise AssertionError("a survey always has an RDF element")
    if survey.rdf_end_tag != rdf.start:
        return packet[: survey.rdf_end_tag] + block + packet[survey.rdf_end_tag :]
    # <rdf:RDF/> must be opened first.
    tag = packet[rdf.start : rdf.end]
    name = re.match(rb"<([^\s/>]+)", tag)
    if name is None:
        raise AssertionError("a parsed tag has a name")
    opened = tag.rstrip(b">").rstrip(b"/") + b">" + block + b"</" + name[1] + b">"
    return packet[: rdf.start] + opened + packet[rdf.end :]
