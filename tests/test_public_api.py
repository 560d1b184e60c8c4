"""What other people's code may import."""

import subprocess
import sys

import agent
import corpus
import retrieval


def test_public_names_are_sorted_and_exist() -> None:
    for package in (corpus, retrieval, agent):
        names = package.__all__
        assert sorted(names) == sorted(set(names))
        assert all(hasattr(package, name) for name in names)


def test_imports_go_one_way() -> None:
    for package, later in (("corpus", "retrieval"), ("retrieval", "agent"), ("agent", "ui")):
        code = f"import sys, {package}; sys.exit({later!r} in sys.modules)"
        assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_contract_of_design() -> None:
    from agent import Assistant  # noqa: F401
    from retrieval import Retriever, compare, evaluate  # noqa: F401
