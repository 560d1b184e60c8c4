from corpus import Document, Location, Section
from corpus.document import numbered
from corpus.programme import Tie
from retrieval.passages import CHARACTERS, Passage, passages_of, tied


def page(number: int, *lines: str, title: str = "Perceptrón") -> Section:
    return Section("\n".join(lines), numbered("page", number, word="lámina"), (title,))


def document(*sections: Section) -> Document:
    return Document("clase-02.pdf", "Clase 2", "Clase 2", sections)


def test_an_id_stays_when_another_part_of_the_document_changes() -> None:
    before = passages_of(document(page(1, "uno", title="A"), page(2, "dos", title="B")))
    after = passages_of(
        document(page(1, "otro", title="A"), page(2, "nuevo", title="C"), page(3, "dos", title="B"))
    )
    assert before[1].id == after[2].id
    assert before[0].id != after[0].id


def test_twin_passages_have_ids_of_their_own() -> None:
    found = passages_of(document(page(1, "igual"), page(2, "x", title="Otro"), page(3, "igual")))
    assert len({p.id for p in found}) == 3


def test_long_text_is_split_and_every_part_keeps_its_place() -> None:
    text = "\n\n".join(f"Párrafo {n} sobre redes. " * 20 for n in range(12))
    found = passages_of(document(Section(text, numbered("cell", 5))))
    assert len(found) > 2
    assert all(len(p.text) <= CHARACTERS and p.location.number == 5 for p in found)
    assert all(p.text in text for p in found)


def test_the_breadcrumb_is_embedded_and_not_shown() -> None:
    (found,) = passages_of(document(page(1, "texto", title="Título")))
    assert found.context == "Clase 2 › Título"
    assert found.searchable == "Clase 2 › Título\ntexto"
    assert found.text == "texto"


def test_a_title_that_the_text_repeats_is_embedded_once() -> None:
    (found,) = passages_of(document(page(1, "Título", "texto", title="Título")))
    assert found.searchable == "Clase 2 › Título\ntexto"


def test_the_language_of_each_passage_is_told_and_short_ones_take_the_document_s() -> None:
    english = "The gradient is the direction in which the loss grows the fastest, so we step back."
    spanish = "El gradiente es la dirección en que la pérdida crece más rápido, y vamos atrás."
    found = passages_of(
        document(
            page(1, spanish, spanish + " Siempre."),
            page(2, english, title="B"),
            page(3, "$x_1$", title="C"),
        )
    )
    assert [p.language for p in found] == ["es", "en", "es"]


def test_the_course_ties_passages_to_class_week_and_lab() -> None:
    passages = passages_of(document(page(1, "texto")))
    (found,) = tied(passages, {"clase-02.pdf": Tie("Clase 2", 3, ("Lab 2",))})
    assert (found.called, found.week, found.related) == ("Clase 2", 3, ("Lab 2",))


def test_a_passage_survives_json() -> None:
    place = Location("page", 7, 9, "láminas 7–9")
    passage = Passage("a#1", "a", "A", "", ("x", "y"), "texto", place)
    assert Passage.from_dict(passage.to_dict()) == passage
