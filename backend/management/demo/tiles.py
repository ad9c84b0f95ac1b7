"""Pictures for people who have none: tiles like those on the walls of a tea house, each drawn from a name."""

import math
import random
from io import BytesIO

from PIL import Image, ImageDraw

_SIDE = 256
_FINER = 4  # drawn so much larger, and made smaller: soft edges

# Three that go together, each with any part: turquoise, lapis, saffron, pomegranate, pistachio.
_GLAZES = (
    ("#0f7f86", "#f3e6c8", "#b3432b"),
    ("#1f3a7a", "#e8c15a", "#f6f1e3"),
    ("#d99a2b", "#22506b", "#f6ead0"),
    ("#8e2335", "#f0d9b0", "#1d6f6b"),
    ("#6d8f4e", "#f7f0dc", "#27476e"),
)

_Points = list[tuple[float, float]]


def tile(name: str) -> bytes:
    """A PNG, the same for the same name: an eight-pointed star, turned and coloured by it."""
    dice = random.Random(name)  # noqa: S311  # no secret
    ground, star, heart = dice.sample(dice.choice(_GLAZES), 3)
    turn, depth = dice.uniform(0, math.tau / 16), dice.uniform(0.55, 0.75)
    side = _SIDE * _FINER
    image = Image.new("RGB", (side, side), ground)
    draw = ImageDraw.Draw(image)
    for x in (0, side):  # a quarter of its neighbours
        for y in (0, side):
            draw.polygon(_star(x, y, side * 0.22, depth, turn), fill=heart)
    middle = side / 2
    draw.polygon(_star(middle, middle, side * 0.44, depth, turn), fill=star)
    draw.polygon(_star(middle, middle, side * 0.26, depth, -turn), fill=ground)
    draw.polygon(_star(middle, middle, side * 0.13, depth, turn), fill=heart)
    file = BytesIO()
    image.resize((_SIDE, _SIDE), Image.Resampling.LANCZOS).save(file, "PNG")
    return file.getvalue()


def _star(x: float, y: float, radius: float, depth: float, turn: float) -> _Points:
    corners = range(16)
    radii = [radius if corner % 2 else radius * depth for corner in corners]
    angles = [turn + math.tau * corner / 16 for corner in corners]
    return [
        (x + length * math.cos(angle), y + length * math.sin(angle))
        for length, angle in zip(radii, angles, strict=True)
    ]
