from __future__ import annotations

import base64
import time
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mattework.errors import RecipeError
from mattework.formats.xmp import NAMESPACE, clean_xmp, drop_recipe, get_recipe, put_recipe
from mattework.recipe import EdgeSettings, Recipe, RecipeInputs, Stroke

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
FOREIGN = f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="Adobe XMP Core 5.6">
 <rdf:RDF xmlns:rdf="{RDF}">
  <rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:tiff="http://ns.adobe.com/tiff/1.0/"
    xmlns:odd="urn:odd" tiff:Orientation="6" odd:note='a > b &amp; "c"'>
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">Füße &lt;足&gt;</rdf:li></rdf:Alt></dc:title>
   <tiff:Orientation>6</tiff:Orientation>
   <odd:empty/>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>""".encode()

RECIPE = Recipe(
    program="1.0 <&>",
    strokes=(Stroke(kind="foreground", radius=3.5, points=((1.0, 2.0), (3.25, 4.0))),),
    edge=EdgeSettings(feather=1.5),
)
INPUTS = RecipeInputs(soft_mask=b"\x89PNG soft \0\xff", trimap=None)


def as_tree(packet: bytes) -> str:
    return ElementTree.canonicalize(packet.decode(), strip_text=True)


@pytest.mark.parametrize("packet", [None, FOREIGN, b"<broken", FOREIGN.decode().encode("utf-16")])
def test_a_recipe_comes_back(packet: bytes | None) -> None:
    written = put_recipe(packet, RECIPE, INPUTS)
    assert get_recipe(written) == (RECIPE, INPUTS)


@pytest.mark.parametrize("odd", ["\uffff", "\ufffe", "a\u0001b", "]]>", "\r\n"])
def test_names_with_what_no_xml_may_hold_come_back_and_spoil_nothing(odd: str) -> None:
    recipe = Recipe(layer=f"Photo{odd}", background=f"bgs/{odd}.png")
    packet = put_recipe(FOREIGN, recipe, RecipeInputs())
    found = get_recipe(packet)
    assert found is not None
    assert found[0] == recipe
    assert "Füße".encode() in packet


def test_a_second_recipe_takes_the_place_of_the_first() -> None:
    first = put_recipe(FOREIGN, RECIPE, RecipeInputs(soft_mask=b"a", trimap=b"b"))
    second = put_recipe(first, Recipe(program="2"), RecipeInputs())
    assert get_recipe(second) == (Recipe(program="2"), RecipeInputs())
    assert second.count(b"mattework:Recipe>") == 2
    assert b"SoftMask" not in second


def test_everything_of_others_stays() -> None:
    written = put_recipe(FOREIGN, RECIPE, INPUTS)
    for line in FOREIGN.splitlines():
        assert line in written
    removed = drop_recipe(written)
    assert removed is not None
    assert get_recipe(removed) is None
    assert NAMESPACE.encode() not in removed.replace(b'xmlns:mattework="' + NAMESPACE.encode() + b'"', b"")
    assert as_tree(removed).startswith(as_tree(FOREIGN).split("</rdf:Description>")[0])


def test_nothing_is_left_of_a_recipe_that_was_taken_out() -> None:
    written = put_recipe(FOREIGN, RECIPE, INPUTS)
    assert drop_recipe(written) == FOREIGN.strip()
    again = put_recipe(written, RECIPE, INPUTS)
    assert again == written, "refining does not let the packet grow"


def test_thumbnails_go_which_show_the_whole_photograph() -> None:
    opening = b'<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/">'
    shown = b"<xmp:Thumbnails><rdf:Alt><rdf:li>AAAA</rdf:li></rdf:Alt></xmp:Thumbnails>"
    packet = FOREIGN.replace(b"</rdf:RDF>", opening + shown + b"</rdf:Description></rdf:RDF>", 1)
    assert shown in packet
    cleaned = clean_xmp(packet)
    assert cleaned is not None
    assert b"AAAA" not in cleaned
    assert opening in cleaned


def test_orientation_goes_and_the_rest_stays_byte_for_byte() -> None:
    cleaned = clean_xmp(FOREIGN)
    assert cleaned is not None
    expected = FOREIGN.replace(b' tiff:Orientation="6"', b"").replace(
        b"<tiff:Orientation>6</tiff:Orientation>", b""
    )
    assert cleaned == expected
    assert clean_xmp(cleaned) == cleaned


@pytest.mark.parametrize("attribute", [True, False])
def test_a_recipe_that_another_program_rewrote_is_read_and_replaced(attribute: bool) -> None:
    text = RECIPE.to_json().replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    inside = (
        f'ours:Recipe="{text}"/>' if attribute else f"><ours:Recipe>{text}</ours:Recipe></rdf:Description>"
    )
    packet = (
        f'<rdf:RDF xmlns:rdf="{RDF}"><rdf:Description xmlns:ours="{NAMESPACE}" {inside}</rdf:RDF>'.encode()
    )
    assert get_recipe(packet) == (RECIPE, RecipeInputs())
    again = put_recipe(packet, Recipe(program="2"), RecipeInputs())
    assert get_recipe(again) == (Recipe(program="2"), RecipeInputs())
    assert again.count(b"Recipe") == 2


def test_an_empty_rdf_element_is_opened() -> None:
    packet = f'<rdf:RDF xmlns:rdf="{RDF}" />'.encode()
    assert get_recipe(put_recipe(packet, RECIPE, INPUTS)) == (RECIPE, INPUTS)


def bomb(levels: int) -> bytes:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, levels))
    return f'<!DOCTYPE r [<!ENTITY e0 "ha">{entities}]><rdf:RDF xmlns:rdf="{RDF}">&e{levels - 1};</rdf:RDF>'.encode()


@pytest.mark.parametrize(
    "packet",
    [
        b"",
        b"\0" * 50,
        b"<a>",
        b"<a/>",
        b"\xff\xfe\xff",
        b"\xe4 latin-1",
        bomb(3),
        bomb(30),
        b'<!DOCTYPE r SYSTEM "file:///etc/passwd"><r/>',
        b"<a>" * 100_000,
    ],
)
def test_hostile_and_broken_packets_are_dropped_at_once(packet: bytes) -> None:
    start = time.monotonic()
    assert clean_xmp(packet) is None
    assert get_recipe(packet) is None
    assert get_recipe(put_recipe(packet, RECIPE, INPUTS)) == (RECIPE, INPUTS)
    assert time.monotonic() - start < 2


def test_a_damaged_recipe_is_said_to_be_damaged() -> None:
    packet = put_recipe(None, RECIPE, INPUTS)
    with pytest.raises(RecipeError):
        get_recipe(packet.replace(b'{"', b"{", 1))
    broken = base64.b64encode(INPUTS.soft_mask or b"")
    with pytest.raises(RecipeError, match="damaged"):
        get_recipe(packet.replace(broken, b"*" + broken))


@given(st.text(max_size=60), st.binary(max_size=60), st.one_of(st.none(), st.binary(max_size=60)))
def test_any_text_and_any_picture_come_back(text: str, soft: bytes, trimap: bytes | None) -> None:
    recipe = Recipe(program=text.encode("utf-8", "replace").decode())
    inputs = RecipeInputs(soft_mask=soft, trimap=trimap)
    assert get_recipe(put_recipe(FOREIGN, recipe, inputs)) == (recipe, inputs)


@given(st.integers(0, len(FOREIGN) - 1), st.integers(0, 255))
def test_one_wrong_byte_is_survived(place: int, value: int) -> None:
    packet = bytearray(FOREIGN)
    packet[place] = value
    assert get_recipe(put_recipe(bytes(packet), RECIPE, INPUTS)) == (RECIPE, INPUTS)


@pytest.mark.parametrize("quote", ["'", '"'])
def test_an_attribute_of_the_same_name_in_another_namespace_stays(quote: str) -> None:
    inside = " tiff:Orientation='6' " if quote == '"' else ' tiff:Orientation="6" '
    foreign = f"drone:Orientation={quote}north{quote} drone:note={quote}{inside}{quote}"
    packet = (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="{RDF}"><rdf:Description rdf:about="" '
        f'xmlns:tiff="http://ns.adobe.com/tiff/1.0/" xmlns:drone="urn:drone" {foreign} tiff:Orientation="6"/>'
        "</rdf:RDF></x:xmpmeta>"
    )
    cleaned = clean_xmp(packet.encode())
    assert cleaned == packet.replace(' tiff:Orientation="6"/>', "/>").encode()
