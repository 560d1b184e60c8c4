from corpus import Location, Section
from corpus.document import numbered
from retrieval.folding import lecture

LONG = "Una frase que basta para que la lámina se sostenga sola, sin unirse a ninguna vecina suya."


def slide(number: int, *lines: str, title: str = "Perceptrón") -> Section:
    text = "\n".join((title, *lines))
    return Section(text, numbered("page", number, word="lámina"), (title,))


def headed(number: int, text: str, *headings: str) -> Section:
    return Section(text, Location("section", number, None, f"§ {headings[-1]}"), headings)


def places(sections: list[Section]) -> list[str]:
    return [section.location.label for section in lecture(sections)]


def test_steps_of_a_frame_fold_into_the_fullest_with_the_range_kept() -> None:
    steps = [
        slide(1, "uno"),
        slide(2, "uno", "dos"),
        slide(3, "uno", "dos", LONG),
        slide(4, LONG[::-1]),
    ]
    folded = lecture(steps)
    assert [s.location.label for s in folded] == ["láminas 1–3", "lámina 4"]
    assert (folded[0].location.number, folded[0].location.last) == (1, 3)
    assert folded[0].text == steps[2].text


def test_a_frame_that_goes_back_to_less_folds_into_what_was_fullest() -> None:
    full = slide(1, LONG, LONG[::-1])
    assert [s.text for s in lecture([full, slide(2, LONG)])] == [full.text]


def test_slides_with_other_titles_do_not_fold() -> None:
    assert len(lecture([slide(1, "a", title="Uno"), slide(2, "a", "b", title="Dos")])) == 2


def test_a_small_change_of_words_between_steps_still_folds() -> None:
    before = slide(1, "la red recibe los pixeles de la imagen y predice una clase entre diez")
    after = slide(2, "la red recibe los píxeles de la imagen y predice una clase entre diez", LONG)
    assert places([before, after]) == ["láminas 1–2"]


def test_a_slide_with_hardly_a_word_joins_the_one_before_under_its_title() -> None:
    joined = lecture([slide(1, LONG), slide(2, "y nada más")])
    assert [s.location.label for s in joined] == ["láminas 1–2"]
    assert joined[0].text.endswith("y nada más")
    assert joined[0].text.count("Perceptrón") == 1


def test_outlines_are_no_passages_and_name_the_part_that_follows() -> None:
    deck = [
        slide(1, "Historia", "Recursos", title="Outline : Historia"),
        slide(2, LONG, title="Rosenblatt"),
        slide(3, "Historia", "Recursos", title="Hoja de ruta"),
        slide(4, LONG, title="Libros"),
    ]
    assert [s.headings for s in lecture(deck)] == [
        ("Historia", "Rosenblatt"),
        ("Historia", "Libros"),
    ]


def test_repeated_sections_of_a_deck_in_markdown_fold() -> None:
    formula = "$$y = f(x_1 w_1 + x_2 w_2 - b)$$"
    deck = [headed(n, formula, "Perceptrón – Presentación") for n in (5, 6, 7)]
    deck.append(
        headed(8, f"{formula}\n\nEn teoría, $f$ es un escalón.", "Perceptrón – Presentación")
    )
    (folded,) = lecture(deck)
    assert (folded.location.number, folded.location.last) == (5, 8)
    assert "escalón" in folded.text


def test_a_syllabus_keeps_its_contents() -> None:
    contents = headed(3, "- Semana 1: perceptrón\n- Semana 2: gradiente", "Programa", "Contenidos")
    assert lecture([contents]) == [contents]


def test_rows_of_one_calendar_never_fold() -> None:
    rows = [
        headed(2, "Semana 1. Clase 1: perceptrón.", "Calendario"),
        headed(2, "Semana 1. Clase 1.", "Calendario"),
    ]
    assert len(lecture(rows)) == 2


def test_what_was_read_by_ocr_still_says_so_when_folded() -> None:
    first, second = slide(1, "uno"), slide(2, "uno", LONG)
    read = Section(second.text, Location("page", 2, None, "lámina 2 (OCR)"), second.headings)
    assert places([first, read]) == ["láminas 1–2 (OCR)"]


def test_an_outline_shown_once_is_told_by_the_titles_it_lists() -> None:
    outline = slide(1, "Retropropagación", "Regla cadena", title="Contenidos")
    chain = slide(2, LONG, title="Regla de la cadena")
    assert places([outline, chain, slide(3, LONG[::-1], title="Retropropagación")]) == [
        "lámina 2",
        "lámina 3",
    ]
    programme = slide(1, "Unidad primera: perceptrón, pérdidas", title="Contenidos")
    assert places([programme, slide(2, LONG, title="Evaluaciones")]) == ["lámina 1", "lámina 2"]


def test_slides_of_different_parts_do_not_fold_though_their_titles_are_the_same() -> None:
    def page(number: int, part: str, text: str) -> Section:
        place = numbered("page", number, word="lámina")
        return Section(f"Pregunta 1\n{text}", place, (part, "Pregunta 1"))

    asked, key = page(3, "Control 1", LONG), page(5, "Pauta", "Respuesta: 6")
    assert [section.headings[0] for section in lecture([asked, key])] == ["Control 1", "Pauta"]
