"""A docstring names its noun, so that a reader who sees it alone in an editor understands it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Words that lean on something that was said before: a sentence that begins with one of them can't be read alone.
CLOSED = re.compile(
    r"(Of|Those|That (it|they|of)|What|All that|All of (it|them)|As (it|they|that)|Where|How|Who|Whoever)\b"
)

# A pronoun, or None, may begin a later sentence, which has its noun in the sentence before. It can't begin the first.
CLOSED_AT_FIRST = re.compile(rf"{CLOSED.pattern}|(It|Its|They|Them|Their|That|Which|Whose|None|Nothing)\b")

SECTIONS = ("Args:", "Returns:", "Raises:", "Yields:", "Attributes:")
ENTRY = re.compile(r"\*{0,2}\w+: (?P<text>.+)", re.DOTALL)


def docstrings_of(source: str) -> Iterator[tuple[int, str]]:
    """Yields line and text of every docstring, also of those below an attribute."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            for statement in node.body:
                if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
                    if isinstance(statement.value.value, str):
                        yield statement.lineno, statement.value.value


def texts_of(docstring: str) -> Iterator[str]:
    """Yields the texts that an editor may show alone: the summary with its paragraphs, and each entry of a section."""
    head, *sections = re.split(rf"^ *({'|'.join(SECTIONS)})\n", docstring, flags=re.MULTILINE)
    yield head
    for name, body in zip(sections[::2], sections[1::2], strict=True):
        if name in ("Returns:", "Yields:"):
            yield body
            continue
        indent = len(body) - len(body.lstrip())
        for entry in re.split(rf"^ {{{indent}}}(?=\S)", body, flags=re.MULTILINE):
            if found := ENTRY.match(entry):
                yield found["text"]


def closed_sentences(docstring: str) -> list[str]:
    """The sentences of a docstring that can't be read alone."""
    found = []
    for text in texts_of(docstring):
        first, *later = re.split(r"(?<=[.!?])\s+", " ".join(text.split()))
        found += [first] if CLOSED_AT_FIRST.match(first) else []
        found += [sentence for sentence in later if CLOSED.match(sentence)]
    return found


def test_every_docstring_can_be_read_alone():
    closed = [
        f"{file.relative_to(ROOT)}:{line}: {sentence}"
        for folder in ("python", "bench", "faults")
        for file in sorted(ROOT.joinpath(folder).rglob("*.py"))
        for line, docstring in docstrings_of(file.read_text())
        for sentence in closed_sentences(docstring)
    ]
    assert not closed, "name what these sentences are about:\n" + "\n".join(closed)


@pytest.mark.parametrize(
    "docstring",
    [
        "Those done.",
        "That it attains, 0 to 1.",
        "Reads a file.\n\nWhat is missing is None.",
        "Reads a file.\n\nArgs:\n    file: Where it lies.\n    size: Bytes.",
        "Reads a file.\n\nReturns:\n    None where there is none.",
        "Reads a file.\n\nRaises:\n    OSError: It can't be read.",
    ],
)
def test_a_closed_opening_is_found(docstring: str):
    assert len(closed_sentences(docstring)) == 1


@pytest.mark.parametrize(
    "docstring",
    [
        "The number of batches done.",
        "Whether the file is there.",
        "The largest file. It may be missing. None of it is read.",
        "Reads a file.\n\nArgs:\n    file: The file, which may be missing.\n\nReturns:\n    The bytes, or None.",
    ],
)
def test_a_sentence_with_a_noun_is_let_pass(docstring: str):
    assert closed_sentences(docstring) == []


def test_a_docstring_below_an_attribute_is_read():
    source = 'class Epoch:\n    """An epoch."""\n\n    batches: int\n    """Those done."""\n'
    assert list(docstrings_of(source)) == [(2, "An epoch."), (5, "Those done.")]
