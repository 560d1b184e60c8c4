"""Lines that a deck repeats on its pages: running titles, footers, page numbers."""

import re
from collections.abc import Sequence
from itertools import pairwise

REPEATED = 0.6  # a line on this share of the pages is furniture, if there are enough pages
FEW_PAGES = 4
NUMBER = re.compile(r"\d{1,4}")


def repeated_lines(pages: Sequence[tuple[Sequence[str], str]]) -> set[str]:
    """Lines that most pages repeat near an end, alike but for a number that counts the pages.

    Args:
        pages: the lines of each page and its title, which is furniture only if it never changes.
    """
    found: dict[str, list[tuple[str, list[int]]]] = {}
    for lines, title in pages:
        for line in {*lines[:3], *lines[-3:]}:
            numbers = [int(number) for number in NUMBER.findall(line)]
            found.setdefault(line, []).append((line, []))
            if numbers and line != title:
                found.setdefault(NUMBER.sub("\ufdd0", line), []).append((line, numbers))
    enough = max(FEW_PAGES, REPEATED * len(pages))
    return {
        line
        for repeats in found.values()
        if len(repeats) >= enough and counts_pages([numbers for _, numbers in repeats])
        for line, _ in repeats
    }


def counts_pages(numbers: list[list[int]]) -> bool:
    """Whether, of the numbers in a repeated line, none changes but one that counts its pages."""
    steps = {
        after - before
        for row, following in pairwise(numbers)
        for before, after in zip(row, following, strict=True)
    }
    return steps <= {0, 1, 2}
