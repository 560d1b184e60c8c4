"""Where sentences begin and end in Markdown, and what in it is no prose."""

import re

MARKER = re.compile(r"(?P<before>[ \t]?)\[(?P<numbers>\d+(?:\s*,\s*\d+)*)\]")
PLACED = re.compile(r"(?: |\n\n)(?:\[\d+\])+")  # as the code writes them
BLOCK = re.compile(r"(```.*?(?:```|\Z)|\$\$.*?\$\$|\\\[.*?\\\])", re.S)
INLINE = re.compile(r"`[^`\n]+`|\$[^$\n]+\$|\\\(.*?\\\)")
SENTENCE = re.compile(
    r"[.!?…]*[^.!?…\n]+(?:\.(?=\S)[^.!?…\n]*)*[.!?…]*[ \t]*(?:\[[\d, ]+\][ \t]*)*\n*|[.!?…]+|\n+"
)
