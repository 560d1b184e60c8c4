"""The measures, their intervals and their tests.

The measures come from `ir_measures`, which is given ranks, never scores: the tools behind it
break ties each by its own rule (trec_eval by id, and after rounding scores to 32 bits), so the
same scores may be judged in two different orders, neither of them ours.

The intervals are percentile bootstraps over queries. The comparisons are paired randomisation
tests (Smucker, Allan and Carterette, CIKM 2007) with Holm's correction over the table.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations

import ir_measures
import numpy as np
from numpy.typing import NDArray

from retrieval.evaluation.judgements import Qrels
from retrieval.evaluation.report import MEASURES, Comparison, Interval

RESAMPLES = 5_000
CURVE = tuple(f"R@{k}" for k in range(1, 21))
Run = Mapping[str, Sequence[str]]  # by query, places without repetition, best first
PerQuery = dict[str, NDArray[np.float64]]


def measured(run: Run, qrels: Qrels, measures: Sequence[str] = MEASURES) -> PerQuery:
    """By measure, its value for each judged query, in the order of `qrels`.

    nDCG's gain is the grade itself and its discount log2(1 + rank), as in trec_eval; recall and
    reciprocal rank take any grade above 0 for relevant. A query without a ranking counts as 0.
    """
    wanted = [ir_measures.parse_measure(name) for name in measures]
    order = {query: at for at, query in enumerate(qrels)}
    values = {name: np.zeros(len(order)) for name in measures}
    for metric in ir_measures.iter_calc(wanted, qrels, by_rank(run)):
        values[str(metric.measure)][order[metric.query_id]] = metric.value
    return values


def by_rank(run: Run) -> dict[str, dict[str, float]]:
    """`run` as `ir_measures` takes it, with scores that fall by one from place to place."""
    return {
        query: {place: float(len(places) - at) for at, place in enumerate(places)}
        for query, places in run.items()
    }


def recall_curve(run: Run, qrels: Qrels) -> tuple[float, ...]:
    """Mean R@k for k from 1 to 20."""
    values = measured(run, qrels, CURVE)
    return tuple(round(float(values[name].mean()), 4) for name in CURVE)


def intervals(table: PerQuery) -> dict[str, Interval]:
    """By measure, the mean of its values with its interval."""
    return {measure: interval(values) for measure, values in table.items()}


def interval(values: NDArray[np.float64]) -> Interval:
    """Mean of `values` with the 95 % percentile bootstrap over them; seeded, so repeatable."""
    draws = np.random.default_rng(0).integers(len(values), size=(RESAMPLES, len(values)))
    low, high = np.percentile(values[draws].mean(axis=1), [2.5, 97.5])
    return Interval(round(float(values.mean()), 4), round(float(low), 4), round(float(high), 4))


def compared(values: dict[str, PerQuery]) -> tuple[Comparison, ...]:
    """Every pair of systems on every measure, with Holm-corrected p values."""
    raw = [
        (a, b, measure, values[a][measure] - values[b][measure])
        for a, b in combinations(values, 2)
        for measure in MEASURES
    ]
    corrected = holm([randomisation_p(differences) for *_, differences in raw])
    return tuple(
        Comparison(a, b, measure, round(float(differences.mean()), 4), round(p, 4))
        for (a, b, measure, differences), p in zip(raw, corrected, strict=True)
    )


def randomisation_p(differences: NDArray[np.float64]) -> float:
    """Two-sided p of a zero mean, from random flips of the differences' signs."""
    generator = np.random.default_rng(0)
    signs = generator.choice(np.array([-1, 1], np.int8), size=(RESAMPLES, len(differences)))
    extreme = np.abs(signs @ differences) >= abs(differences.sum()) - 1e-12
    return float((extreme.sum() + 1) / (RESAMPLES + 1))


def holm(ps: list[float]) -> list[float]:
    """Holm's step-down correction of `ps` (Scandinavian Journal of Statistics, 1979)."""
    corrected = [1.0] * len(ps)
    highest = 0.0
    for rank, at in enumerate(sorted(range(len(ps)), key=ps.__getitem__)):
        highest = max(highest, min(1.0, ps[at] * (len(ps) - rank)))
        corrected[at] = highest
    return corrected
