import pickle

import pytest

from corpus import InputError
from corpus.errors import AyudanteError, IndexDamaged, MaterialError, ModelUnavailable
from retrieval import Retriever
from ui.materials import Change
from ui.page.changes import changed
from ui.page.trouble import KINDS, refusal, shown_errors, told


def test_the_english_page_says_what_kind_of_trouble_it_is() -> None:
    ours = AyudanteError.__subclasses__()
    kinds = [kind for kind in ours if kind.__module__ == AyudanteError.__module__]
    assert set(kinds) == set(KINDS)
    for kind in kinds:
        error = kind("Se rompió /casa/ana.")
        assert told(error, "es") == "Se rompió /casa/ana."
        assert told(error, "en") == KINDS[kind]
        assert told(error, "en", for_staff=True).endswith("In Spanish: Se rompió /casa/ana.")


@pytest.mark.parametrize("kind", [InputError, MaterialError, IndexDamaged, ModelUnavailable])
def test_an_error_s_own_english_is_used_and_survives_a_process(kind: type[AyudanteError]) -> None:
    error = pickle.loads(pickle.dumps(kind("Está vacío.", "It is empty.")))
    assert (told(error, "es"), told(error, "en")) == ("Está vacío.", "It is empty.")


def test_what_the_page_refuses_is_in_its_language_and_no_html() -> None:
    with pytest.warns(UserWarning, match="&lt;b&gt;"), shown_errors("en"):
        raise refusal("<b>Choose one</b>")


def test_an_upload_is_refused_in_the_language_of_the_page(retriever: Retriever) -> None:
    change = Change(None, refused=(("a.md", InputError("Está vacío.", "It is empty.")),))
    assert "Está vacío." in changed(change, retriever, "es")
    assert "It is empty." in changed(change, retriever, "en")
