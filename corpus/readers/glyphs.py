"""Letters of formulas that a PDF names wrongly.

PowerPoint and Word write Cambria Math's small letters (indices, exponents, hats) with no Unicode
name of their own, and they come out as letters of Indian scripts: “x₁” as “xଵ”. The font numbers
them in order, so a few starting points give them all. Checked by eye against rendered slides.
"""

SCRIPT = {  # first code point and what it and its followers stand for
    0x0B34: "0123456789",  # indices and exponents
    0x0BD4: "abcdefghijklmnopqrstuvwxyz",
    0x0BBA: "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    0x0C2C: "0123456789",  # indices of indices
    0x0CCC: "abcdefghijklmnopqrstuvwxyz",
    0x0CB2: "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    0x1240: "()[]{}()[]{}",  # tall brackets
}
SINGLE = {
    0x0B3E: "+", 0x0B3F: "−", 0x0B40: "=", 0x0C37: "−", 0x0C36: "+", 0x0C21: "∂",
    0x0DCD: "∑", 0x0DD1: "∏", 0x0DB1: "∫", 0x11F1: "′", 0x0209: "·", 0x0D57: "/",
    0x0D5E: "{", 0x0D5D: "{", 0x123A: "(", 0x123B: ")",
    0x0DDC: "\u0302", 0x0DDD: "\u0302", 0x0DDE: "\u0302", 0x0DE0: "\u0302",
    0xF0A7: "•", 0xF0B7: "•", 0xF0D8: "•", 0xF0FC: "✓", 0xF0E0: "→", 0xF0E8: "→", 0xF0F3: "↔",
}  # fmt: skip
MATHS = {
    code + at: letter for code, letters in SCRIPT.items() for at, letter in enumerate(letters)
} | SINGLE
INDIAN = range(0x0B00, 0x0E00)


def letters_named(codes: list[int]) -> dict[int, str]:
    """How to name the letters of a page, given its UTF-16 codes.

    A page that is mostly in an Indian script means what it says and is left alone.
    """
    strange = sum(code in INDIAN for code in codes)
    return {} if strange * 3 > len(codes) else MATHS
