"""The prompts, one Markdown file each; the stable part comes first so that vLLM caches it."""

from importlib.resources import files


def system_prompt(course_name: str, name: str = "assistant") -> str:
    """The assistant's instructions, or a hint's, the same for every question of a course."""
    return prompt(name).replace("{course}", course_name)


def prompt(name: str) -> str:
    """The prompt in the file `name`."""
    return files(__name__).joinpath(f"{name}.md").read_text(encoding="utf-8").strip()
