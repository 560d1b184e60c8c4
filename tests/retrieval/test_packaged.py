from contextlib import nullcontext
from pathlib import Path

import numpy as np
import pytest
import torch

from corpus import ModelUnavailable, Settings
from corpus.progress import silent
from retrieval import SentenceEmbedder, embedding
from retrieval.e5 import dequantised
from retrieval.packaged import checked_copy, packaged_file, published_folder


def test_q4_blocks_by_hand() -> None:
    scale = np.float16(0.5).tobytes()
    weights = dequantised(np.frombuffer(scale + bytes([0x9F] * 16), np.uint8))
    assert weights[:16].tolist() == [(15 - 8) * 0.5] * 16
    assert weights[16:].tolist() == [(9 - 8) * 0.5] * 16


def test_a_wrong_digest_is_refused_and_says_what_to_do(tmp_path: Path) -> None:
    source = tmp_path / "part.bin"
    source.write_bytes(b"x" * 100)
    with pytest.raises(ModelUnavailable, match="force-reinstall"):
        checked_copy([source], "0" * 64, tmp_path / "copy", silent)
    assert not (tmp_path / "copy").exists()


def test_a_missing_package_is_named() -> None:
    with pytest.raises(ModelUnavailable, match="no-such-package"):
        packaged_file("no-such-package", "x")


def test_an_interrupted_conversion_is_redone_and_never_half_used(tmp_path: Path) -> None:
    calls = []

    def build(folder: Path) -> None:
        calls.append(folder)
        (folder / "weights").write_text("half" if len(calls) == 1 else "whole")
        if len(calls) == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        published_folder(tmp_path, "m", "a" * 64, build, 1)
    assert not [p for p in (tmp_path / "models").iterdir() if p.is_dir()]
    folder = published_folder(tmp_path, "m", "a" * 64, build, 1)
    assert (folder / "weights").read_text() == "whole"
    published_folder(tmp_path, "m", "a" * 64, build, 1)
    assert len(calls) == 2


def test_a_conversion_that_was_killed_leaves_nothing_behind(tmp_path: Path) -> None:
    left_over = tmp_path / "models" / f".m-{'a' * 12}.killed"
    left_over.mkdir(parents=True)
    published_folder(tmp_path, "m", "a" * 64, lambda folder: None, 1)
    assert not left_over.exists()


def test_no_space_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="AYUDANTE_CACHE"):
        published_folder(tmp_path, "m", "a" * 64, lambda folder: None, 10**18)


def test_a_cache_that_cannot_be_written_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelUnavailable, match="AYUDANTE_CACHE"):
        published_folder(tmp_path / "file", "m", "a" * 64, lambda folder: None, 1)


def test_an_unknown_model_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    (tmp_path / "folder").mkdir()
    with pytest.raises(ModelUnavailable, match="--embedding-model"):
        _ = SentenceEmbedder(str(tmp_path / "folder"), tmp_path).model


@pytest.mark.slow
def test_the_embedded_model_knows_meaning_in_two_languages() -> None:
    embedder = SentenceEmbedder("embedded", Settings.load().cache)
    passages = embedder.embed_passages(
        [
            "Softmax convierte los logits en probabilidades.",
            "Receta de pastel de choclo con albahaca.",
        ]
    )
    assert passages.shape == (2, 384)
    assert np.allclose(np.linalg.norm(passages, axis=1), 1, atol=1e-5)
    for question in ("¿Para qué sirve softmax?", "What does softmax do to the scores?"):
        cosines = passages @ embedder.embed_queries([question])[0]
        assert cosines[0] > cosines[1] + 0.02


@pytest.mark.slow
def test_the_fastest_arithmetic_gives_the_same_vectors(monkeypatch: pytest.MonkeyPatch) -> None:
    embedder = SentenceEmbedder("embedded", Settings.load().cache)
    texts = ["Softmax convierte los logits en probabilidades.", "x" * 3_000, "", "def f(x): pass"]
    fast = embedder.embed_passages(texts)
    monkeypatch.setattr(embedding, "fastest", lambda: torch.autocast("cpu", torch.bfloat16))
    half = embedder.embed_passages(texts)
    monkeypatch.setattr(embedding, "fastest", nullcontext)
    whole = embedder.embed_passages(texts)
    for vectors in (fast, half):
        assert vectors.dtype == np.float32
        assert (vectors * whole).sum(axis=1).min() > 0.9995
        assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
