"""Draws what was measured at several places, as SVG: a picture for each thing that grows."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from benchmarks.engine.figures import At, Figure

_INCHES = (9.0, 3.4)
_FAR_APART = 20  # times: what is nearer to each other is shown from zero on
_LABELS = {"sockets": "sockets in the room", "documents": "different documents of 500 sockets"}


def draw(figures: Sequence[Figure], folder: Path) -> list[Path]:
    """A file for each thing that grows, if any of the figures is of that."""
    grows: dict[str, list[tuple[At, float]]] = defaultdict(list)
    for figure in figures:
        if figure.at is not None:
            grows[figure.at.by].append((figure.at, figure.value))
    return [_draw(by, points, folder) for by, points in grows.items()]


def _draw(by: str, points: Sequence[tuple[At, float]], folder: Path) -> Path:
    # Only where something is drawn: it takes a second to import.
    import matplotlib as mpl

    mpl.use("svg")
    from matplotlib import pyplot as plt
    from matplotlib import ticker

    panels = list(dict.fromkeys(at.what for at, _ in points))
    # The same figures make the same file.
    with mpl.rc_context({"svg.hashsalt": by, "font.size": 9, "axes.spines.top": False, "axes.spines.right": False}):
        drawn, axes = plt.subplots(1, len(panels), figsize=_INCHES, squeeze=False, layout="constrained")
        for panel, what in zip(axes[0], panels, strict=True):
            lines = dict.fromkeys(at.line for at, _ in points if at.what == what)
            for line in lines:
                there = [(at.x, value) for at, value in points if at.what == what and at.line == line]
                panel.plot(*zip(*there, strict=True), marker="o", markersize=4, label=line)
            panel.set(xscale="log", xlabel=_LABELS[by], title=what)
            values = [value for at, value in points if at.what == what]
            if max(values) > _FAR_APART * min(values):
                panel.set_yscale("log")
                panel.yaxis.set_major_locator(ticker.LogLocator(subs=(1, 2, 5)))
            else:
                panel.set_ylim(bottom=0)
            places = sorted({at.x for at, _ in points})
            panel.set_xticks(places, labels=[f"{place:,}" for place in places])
            panel.yaxis.set_major_formatter("{x:g}")
            panel.minorticks_off()
            panel.grid(visible=True, alpha=0.3)
        drawn.legend(*axes[0][0].get_legend_handles_labels(), loc="outside upper center", ncols=4, frameon=False)
        path = folder / f"performance-{by}.svg"
        drawn.savefig(path, metadata={"Date": None})
        plt.close(drawn)
    return path
