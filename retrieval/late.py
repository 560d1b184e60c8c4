"""Late interaction: every piece of the question looks for the piece of a passage that fits it best.

One vector for a whole passage blurs what it says; the embedding model has made a vector for each
of its word pieces anyway. With them a passage scores ::

    Σ w(q) · max over the passage's pieces p of cos(q, p)  /  Σ w(q)

over the question's pieces q (MaxSim: Khattab and Zaharia 2020, ColBERT, arXiv:2004.12832), where
w is the piece's inverse document frequency, so that *por qué* counts for less than *softmax*. No
other model is needed, and the question is not embedded again.

The model's piece vectors all point nearly the same way: their mean is taken away first. What is
left is kept along its `AXES` main axes, one byte each, 128 bytes a piece.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.embedding import Encoding, Pieces, Vectors, unit

AXES = 128  # of 384; 96 and 192 in docs/decisions.md
SAMPLE = 200  # passages whose pieces tell the mean and the axes
MOST = 20_000  # passages; above it their pieces would take some 900 MB and none are kept
Codes = NDArray[np.int8]


@dataclass(frozen=True, slots=True)
class Basis:
    """How piece vectors are made small: `axes` (dimension, kept), once `mean` is taken away."""

    mean: Vectors
    axes: Vectors

    @classmethod
    def fit(cls, tokens: Vectors) -> "Basis":
        """The main axes of `tokens`, shape (pieces, dimension)."""
        mean = tokens.mean(axis=0)
        centred = tokens - mean
        _, axes = np.linalg.eigh(centred.T @ centred)
        return cls(mean, np.ascontiguousarray(axes[:, ::-1][:, :AXES]))

    def small(self, tokens: Vectors) -> Vectors:
        """`tokens` as unit rows along the axes."""
        return unit(((tokens - self.mean) @ self.axes).astype(np.float32))


@dataclass(frozen=True, slots=True)
class TokenIndex:
    """The pieces of texts.

    Attributes:
        basis: how they were made small.
        starts: where each text's pieces start, and at last how many there are, int64.
        codes: their vectors, shape (pieces, axes), int8; the lengths mean nothing.
        pieces: their numbers in the model's vocabulary, int32.
    """

    basis: Basis
    starts: NDArray[np.int64]
    codes: Codes
    pieces: NDArray[np.int32]

    @classmethod
    def build(cls, rows: Sequence["Coded"], basis: Basis) -> "TokenIndex":
        """Indexes texts, in the order of `rows`."""
        lengths = [len(row.pieces) for row in rows]
        return cls(
            basis,
            np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]),
            np.concatenate([row.codes for row in rows]),
            np.concatenate([row.pieces for row in rows]),
        )

    def of(self, row: int) -> "Coded":
        """A text's pieces."""
        here = slice(self.starts[row], self.starts[row + 1])
        return Coded(self.codes[here], self.pieces[here])

    def weights(self) -> dict[int, float]:
        """Inverse document frequency by piece, as BM25 has it."""
        size = len(self.starts) - 1
        owners = np.repeat(np.arange(size), np.diff(self.starts))
        pairs = np.unique(np.stack([self.pieces.astype(np.int64), owners]), axis=1)
        numbers, counts = np.unique(pairs[0], return_counts=True)
        weights = np.log(1 + (size - counts + 0.5) / (counts + 0.5))
        return dict(zip(numbers.tolist(), weights.tolist(), strict=True))

    def scores(
        self, query: Encoding, weights: dict[int, float], groups: Sequence[Sequence[int]]
    ) -> Vectors:
        """Late interaction of `query` with some groups of texts, shape (groups,), in [-1, 1].

        Args:
            query: the question's pieces.
            weights: of pieces; one that is not there is in no text and weighs most.
            groups: rows of the texts that speak for one passage.
        """
        scores = np.zeros(len(groups), np.float32)
        parts = {
            at: np.concatenate(codes)
            for at, rows in enumerate(groups)
            if sum(map(len, codes := [self.of(row).codes for row in rows]))
        }
        if not parts or not len(query.pieces):
            return scores
        unknown = float(np.log(1 + (len(self.starts) - 0.5) / 0.5))
        weight = np.array([weights.get(piece, unknown) for piece in query.pieces.tolist()])
        pieces = unit(np.concatenate(list(parts.values())).astype(np.float32))
        starts = np.cumsum([0, *map(len, parts.values())])[:-1]
        best = np.maximum.reduceat(pieces @ self.basis.small(query.tokens).T, starts, axis=0)
        scores[list(parts)] = best @ weight / weight.sum()
        return scores

    def save(self, folder: Path) -> None:
        """Writes NumPy arrays to `folder`."""
        folder.mkdir()
        for name, array in self._arrays().items():
            np.save(folder / f"{name}.npy", array, allow_pickle=False)

    @classmethod
    def load(cls, folder: Path) -> "TokenIndex":
        """Maps what `save` wrote into memory: pages are read when a search needs them."""
        mean, axes, starts, codes, pieces = (
            np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
            for name in ("mean", "axes", "starts", "codes", "pieces")
        )
        return cls(Basis(np.array(mean), np.array(axes)), np.array(starts), codes, pieces)

    def _arrays(self) -> dict[str, NDArray[np.generic]]:
        return {
            "mean": self.basis.mean,
            "axes": self.basis.axes,
            "starts": self.starts,
            "codes": self.codes,
            "pieces": self.pieces,
        }


@dataclass(frozen=True, slots=True)
class Coded:
    """The pieces of one passage, made small: `codes` (pieces, axes), `pieces` (pieces,)."""

    codes: Codes
    pieces: NDArray[np.int32]

    @classmethod
    def of(cls, tokens: Vectors, pieces: Pieces, basis: Basis) -> "Coded":
        """`tokens` along the axes of `basis`, each row stretched to one byte a number."""
        small = basis.small(tokens)
        highest = np.maximum(np.abs(small).max(axis=1, keepdims=True, initial=0), 1e-12)
        return cls(np.rint(small / highest * 127).astype(np.int8), pieces.astype(np.int32))


class Coder:
    """Makes pieces small as passages come, along the axes that the first ones tell.

    Args:
        basis: axes to keep to, of an index that already has passages; None finds them.
    """

    def __init__(self, basis: Basis | None = None) -> None:
        self.basis = basis
        self._waiting: dict[int, Encoding] = {}
        self._done: dict[int, Coded] = {}

    def add(self, at: int, encoding: Encoding) -> None:
        """Takes a passage's pieces, under the number `at`."""
        if self.basis is None:
            self._waiting[at] = encoding
            if len(self._waiting) >= SAMPLE:
                self._fit()
        else:
            self._done[at] = Coded.of(encoding.tokens, encoding.pieces, self.basis)

    def finish(self) -> dict[int, Coded]:
        """Every passage's pieces, by number."""
        if self._waiting:
            self._fit()
        return self._done

    def _fit(self) -> None:
        basis = Basis.fit(np.concatenate([one.tokens for one in self._waiting.values()]))
        self.basis = basis
        for at, one in self._waiting.items():
            self._done[at] = Coded.of(one.tokens, one.pieces, basis)
        self._waiting = {}
