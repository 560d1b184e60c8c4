"""A course of one slide, indexed without reading a file."""

from pathlib import Path

from corpus.document import numbered
from retrieval import Passage, store
from retrieval.index import Index
from tests.conftest import WordsEmbedder

TEXT = "La función softmax convierte los logits en probabilidades que suman uno."


def one_slide_index(folder: Path, course: Path) -> Index:
    """Publishes the index in `folder`, as made of the files in `course`."""
    place = numbered("page", 7, word="lámina")
    passage = Passage("p#1", "clase-04.pdf", "Softmax", "Clase 4", (), TEXT, place)
    vectors = WordsEmbedder().embed_passages([TEXT])
    index = Index.build([passage], vectors, ("words", "1"), roots=(str(course),))
    with store.writing(folder):
        store.publish(folder, index.save)
    return index
