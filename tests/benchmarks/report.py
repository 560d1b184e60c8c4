"""What the benchmarks share: options, timing and a table."""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

Row = dict[str, Any]


def options(doc: str | None) -> argparse.ArgumentParser:
    """A parser with the option that every benchmark has."""
    parser = argparse.ArgumentParser(description=(doc or "").partition("\n")[0])
    parser.add_argument("--json", type=Path, help="also write the rows to this file")
    return parser


def show(title: str, rows: list[Row], file: Path | None) -> None:
    """Prints `rows`, which have the same keys, and writes them to `file` if there is one."""
    table = Table(*rows[0], title=title)
    for row in rows:
        table.add_row(*map(str, row.values()))
    load = f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
    Console(width=200 if not sys.stdout.isatty() else None).print(table, load)
    if file:
        file.write_text(json.dumps({"title": title, "load": load, "rows": rows}, indent=1))


def seconds(work: Callable[[], object]) -> float:
    """How long `work` takes, wall clock."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def milliseconds(works: list[Callable[[], object]], at_once: int = 1) -> Row:
    """Percentiles over `works`, one run of each, so many of them at once."""
    with ThreadPoolExecutor(at_once) as pool:
        took = [1000 * one for one in pool.map(seconds, works)]
    return {f"p{at} ms": round(float(np.percentile(took, at)), 1) for at in (50, 95, 99)}


def memory() -> tuple[float, float]:
    """This process's memory now, in GB: its own, and mapped from files."""
    lines = Path("/proc/self/status").read_text().splitlines()
    kilobytes = {line.split(":")[0]: line.split()[1] for line in lines if line.startswith("Rss")}
    return int(kilobytes["RssAnon"]) / 1e6, int(kilobytes["RssFile"]) / 1e6
