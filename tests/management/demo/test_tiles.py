"""Everybody has a picture of their own."""

from io import BytesIO

from PIL import Image

from backend.management.demo import script, tiles


def test_a_name_has_one_tile() -> None:
    assert tiles.tile("nino") == tiles.tile("nino")


def test_people_are_told_apart_by_their_tiles() -> None:
    people = [script.read().guest, *script.read().people]
    assert len({tiles.tile(person.username) for person in people}) == len(people)


def test_a_tile_is_a_picture_in_three_colours_and_what_is_between() -> None:
    image = Image.open(BytesIO(tiles.tile("nino")))
    assert (image.format, image.size) == ("PNG", (256, 256))
    colours = image.getcolors(256 * 256)
    assert colours is not None
    assert sum(sorted(count for count, _ in colours)[-3:]) > 0.8 * 256 * 256
