"""Charts as SVG text, for a page that loads nothing.

They are drawn narrow, so that their letters can be read on a phone; colours and letters come
from the page's style. The classes ``s0``, ``s1`` … stand for the systems, in order.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from retrieval.evaluation.report import Interval

WIDTH = 360  # units of every drawing; a phone of 320 pixels shows them at four fifths
COLOURS = 5  # that the style defines


def number(value: float, digits: int = 2) -> str:
    """`value` as it is written in Spanish, with a comma."""
    return f"{value:.{digits}f}".replace(".", ",").replace("-", "−")


def signed(value: float) -> str:
    """A difference, with its sign."""
    return ("+" if value > 0 else "") + number(value, 3)


def span(value: Interval, digits: int = 2) -> str:
    """The ends of an interval."""
    return f"[{number(value.low, digits)}; {number(value.high, digits)}]"


def svg(height: float, label: str, marks: Iterator[str]) -> str:
    """A drawing; `label` is what a screen reader says of it."""
    return (
        f'<svg viewBox="0 0 {WIDTH} {height:g}" role="img" aria-label="{escape(label)}">'
        f"{''.join(marks)}</svg>"
    )


def legend(names: Sequence[str]) -> str:
    """Which colour is which system."""
    items = "".join(
        f'<span><i class="s{at % COLOURS}"></i>{escape(name)}</span>'
        for at, name in enumerate(names)
    )
    return f'<p class="legend">{items}</p>'


def bars(systems: Mapping[str, Mapping[str, Interval]], measures: Sequence[str]) -> str:
    """For each measure a group of bars, one for each system, with its interval as whiskers."""
    row, head, scale = 15, 24, WIDTH - 44

    def marks() -> Iterator[str]:
        top = 0
        for measure in measures:
            yield f'<text x="0" y="{top + 16}">{escape(measure)}</text>'
            top += head
            for at, (name, values) in enumerate(systems.items()):
                one = values[measure]
                low, high = one.low * scale, one.high * scale
                title = f"{name}: {number(one.mean, 3)} {span(one, 3)}"
                yield (
                    f'<g class="s{at % COLOURS}"><title>{escape(title)}</title>'
                    f'<rect class="track" x="0" y="{top}" width="{scale}" height="11" rx="2"/>'
                    f'<rect class="fill" x="0" y="{top}" width="{one.mean * scale:.1f}" '
                    'height="11" rx="2"/>'
                    f'<path class="whisker" d="M{low:.1f} {top + 5.5}H{high:.1f}'
                    f'M{low:.1f} {top + 2.5}v6M{high:.1f} {top + 2.5}v6"/>'
                    f'<text x="{WIDTH}" y="{top + 10}" class="end">{number(one.mean)}</text></g>'
                )
                top += row

    height = len(measures) * (head + row * len(systems))
    return svg(height, "Medias de cada medida y sistema, con su intervalo", marks())


def curves(recall: Mapping[str, Sequence[float]]) -> str:
    """Mean R@k of each system, for k from 1."""
    left, right, top, bottom = 34, WIDTH - 8, 8, 190
    depth = max((len(curve) for curve in recall.values()), default=2)

    def x(k: int) -> float:
        return left + (right - left) * (k - 1) / max(depth - 1, 1)

    def y(value: float) -> float:
        return bottom - (bottom - top) * value

    def marks() -> Iterator[str]:
        for tick in (0, 0.25, 0.5, 0.75, 1):
            yield f'<path class="grid" d="M{left} {y(tick):.1f}H{right}"/>'
            text = number(tick) if tick % 1 else f"{tick:g}"
            yield f'<text x="{left - 5}" y="{y(tick) + 4:.1f}" class="end soft">{text}</text>'
        for k in (1, *range(5, depth + 1, 5)):
            yield f'<text x="{x(k):.1f}" y="{bottom + 16}" class="middle soft">{k}</text>'
        yield f'<text x="{right}" y="{bottom + 32}" class="end soft">k: lugares que se miran</text>'
        for at, (name, curve) in enumerate(recall.items()):
            points = [(x(k), y(value)) for k, value in enumerate(curve, start=1)]
            line = "L".join(f"{px:.1f} {py:.1f}" for px, py in points)
            yield f'<g class="s{at % COLOURS}"><path class="line" d="M{line}"/>'
            for k, ((px, py), value) in enumerate(zip(points, curve, strict=True), start=1):
                title = f"{name}: R@{k} {number(value, 3)}"
                yield (
                    f'<circle cx="{px:.1f}" cy="{py:.1f}" r="2.5">'
                    f"<title>{escape(title)}</title></circle>"
                )
            yield "</g>"

    return svg(bottom + 38, "Cobertura según cuántos lugares se miran", marks())


def gains(differences: Sequence[tuple[float, str]]) -> str:
    """A bar for each question, from the largest gain to the largest loss.

    Args:
        differences: in [-1, 1], each with the question's text; none of them is not drawn.
    """
    left, middle, reach = 26, 66, 60
    step = (WIDTH - left) / max(len(differences), 1)

    def marks() -> Iterator[str]:
        for tick, text in ((1, "+1"), (0, "0"), (-1, "−1")):
            y = middle - reach * tick
            yield f'<path class="grid" d="M{left} {y}H{WIDTH}"/>'
            yield f'<text x="{left - 5}" y="{y + 4}" class="end soft">{text}</text>'
        ordered = sorted(differences, key=lambda one: -one[0])
        for at, (gain, text) in enumerate(ordered):
            if gain:
                high = abs(gain) * reach
                yield (
                    f'<rect class="{"better" if gain > 0 else "worse"}" '
                    f'x="{left + at * step:.2f}" y="{middle - max(gain, 0) * reach:.1f}" '
                    f'width="{step * 0.85:.2f}" height="{high:.1f}">'
                    f"<title>{signed(gain)} {escape(text)}</title></rect>"
                )

    return svg(middle + reach + 6, "Ganancia en cada pregunta, de mayor a menor", marks())
