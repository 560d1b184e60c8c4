from corpus import Document, Location, Section
from corpus.document import numbered
from retrieval.passages import CHARACTERS, Passage, passages_of


def page(number: int, *lines: str, title: str = "Perceptrón") -> Section:
    return Section("\n".join(lines), numbered("page", number, word="lámina"), (title,))


def document(*sections: Section) -> Document:
    return Document("clase-02.pdf", "Clase 2", "Clase 2", sections)


def test_overlay_slides_fold_into_the_fullest_with_the_range_kept() -> None:
    found = passages_of(
        document(page(1, "a"), page(2, "a", "b"), page(3, "a", "b", "c"), page(4, "d"))
    )
    assert [(p.location.number, p.location.last, p.text) for p in found] == [
        (1, 3, "a\nb\nc"),
        (4, None, "d"),
    ]
    assert found[0].label == "Clase 2, láminas 1–3"


def test_slides_with_other_titles_do_not_fold() -> None:
    found = passages_of(document(page(1, "a", title="Uno"), page(2, "a", "b", title="Dos")))
    assert [p.location.number for p in found] == [1, 2]


def test_an_id_stays_when_another_part_of_the_document_changes() -> None:
    before = passages_of(document(page(1, "uno"), page(2, "dos")))
    after = passages_of(document(page(1, "otro"), page(2, "nuevo"), page(3, "dos")))
    assert before[1].id == after[2].id
    assert before[0].id != after[0].id


def test_twin_passages_have_ids_of_their_own() -> None:
    found = passages_of(document(page(1, "igual"), page(2, "x"), page(3, "igual")))
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


def test_a_passage_survives_json() -> None:
    place = Location("page", 7, 9, "láminas 7–9")
    passage = Passage("a#1", "a", "A", "", ("x", "y"), "texto", place)
    assert Passage.from_dict(passage.to_dict()) == passage
