"""What was measured on one folder, as a person reads it."""

from typing import Any

SLICE_MEASURES = ("nDCG@10", "Success@5", "Chunk@5")
LEVEL = 0.05  # of the tests that put an asterisk
WIDTH = 22  # characters of a column


def table_of(report: dict[str, Any]) -> str:
    """The means with their intervals, those of slices without, and what was not measured."""
    lines = [
        f"{report['folder']}: {report['queries']} questions, {report['documents']} documents, "
        f"{report['chunks']} chunks, {report['passages']} passages of ours"
    ]
    measures = next(iter(report["systems"].values()))
    lines.append(" " * 18 + "".join(f"{measure:>{WIDTH}}" for measure in measures))
    for name, means in report["systems"].items():
        tested = report["differences"].get(name, {})
        cells = (cell(one, tested.get(measure)) for measure, one in means.items())
        lines.append(f"{name:18}" + "".join(f"{text:>{WIDTH}}" for text in cells))
    for attribute, found in report["slices"].items():
        lines += slice_lines(attribute, found)
    lines += [f"absent: {name} (no {', '.join(of)})" for name, of in report["absent"].items()]
    if report["left_out"]:
        lines.append(f"judgements left out: {'; '.join(report['left_out'])}")
    versions = (f"{package} {number}" for package, number in report["versions"].items())
    return "\n".join([*lines, f"versions: {', '.join(versions) or 'no peer'}"]) + "\n"


def cell(one: dict[str, float], tested: dict[str, float] | None) -> str:
    """A mean with its interval, and an asterisk if it surely differs from ours."""
    mark = "*" if tested and tested["p"] < LEVEL else " "
    return f"{one['mean']:.3f}{mark}[{one['low']:.3f}, {one['high']:.3f}]"


def slice_lines(attribute: str, found: dict[str, Any]) -> list[str]:
    """A line for each value and system, with the means of `SLICE_MEASURES`."""
    lines = [f"by {attribute}: {' '.join(SLICE_MEASURES)}"]
    for value, one in found.items():
        lines.append(f"  {value} ({one['queries']})")
        for name, means in one["systems"].items():
            told = "  ".join(f"{means[measure]['mean']:.3f}" for measure in SLICE_MEASURES)
            lines.append(f"    {name:18}{told}")
    return lines
