"""Gathers every sentence that the window says, and brings the .ts files up to date."""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from xml.etree import ElementTree

from mattework_editor.command import CONTEXT
from mattework_editor.commands import COMMANDS
from mattework_editor.docks import PLACES
from mattework_editor.menus import MENUS
from mattework_editor.sentences import CONTEXT as CORE_CONTEXT
from mattework_editor.sentences import SENTENCES
from mattework_editor.tools import TOOLS
from mattework_editor.translations import FOLDER, read_words

PACKAGE = FOLDER.parent
Sentence = tuple[str, str]
"""Context and source."""


def gather_sentences() -> list[Sentence]:
    """All sentences, in the order of contexts and sources."""
    return sorted({*gather_records(), *(one for path in list_modules() for one in read_module(path)[0])})


def gather_records() -> set[Sentence]:
    """The sentences of commands, menus, panels, of what tools do, and of the core."""
    texts = {text for one in COMMANDS for text in (one.text, one.tip)}
    texts |= {*MENUS.values(), *(place.title for place in PLACES)}
    texts |= {text for tool in TOOLS for text in (tool.step, tool.inverse_step)}
    return {(CONTEXT, text) for text in texts if text} | {(CORE_CONTEXT, text) for text in SENTENCES}


def list_modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def read_module(path: Path) -> tuple[set[Sentence], list[str]]:
    """The sentences in `tr` and `translate` of a module, and the calls of them that get no literal text."""
    found: set[Sentence] = set()
    strange: list[str] = []

    def visit(node: ast.AST, context: str) -> None:
        for child in ast.iter_child_nodes(node):
            visit(child, child.name if isinstance(child, ast.ClassDef) else context)
        if not isinstance(node, ast.Call):
            return
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name == "tr":
            where, texts = context, node.args[:1]
        elif name == "translate" and len(node.args) > 1 and isinstance(node.args[0], ast.Constant):
            # With one argument it is that of commands, whose sentences are gathered from the records.
            where, texts = str(node.args[0].value), node.args[1:2]
        else:
            return
        for text in texts:
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                found.add((where, text.value))
            else:
                strange.append(f"{path.name}:{node.lineno}: {ast.unparse(node)}")

    visit(ast.parse(path.read_text(encoding="utf-8")), "")
    return found, strange


def write_words(path: Path, language: str, sentences: list[Sentence], words: dict[Sentence, str]) -> None:
    """A .ts file with these sentences; those without words are marked as unfinished."""
    root = ElementTree.Element("TS", version="2.1", language=language, sourcelanguage="en")
    anywhere = {source: text for (_, source), text in words.items()}
    contexts: dict[str, ElementTree.Element] = {}
    for context, source in sentences:
        if context not in contexts:
            contexts[context] = ElementTree.SubElement(root, "context")
            ElementTree.SubElement(contexts[context], "name").text = context
        message = ElementTree.SubElement(contexts[context], "message")
        ElementTree.SubElement(message, "source").text = source
        translation = ElementTree.SubElement(message, "translation")
        text = words.get((context, source)) or anywhere.get(source)
        if text:
            translation.text = text
        else:
            translation.set("type", "unfinished")
    ElementTree.indent(root)
    text = ElementTree.tostring(root, encoding="unicode")
    path.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE TS>\n{text}\n', encoding="utf-8")


def main() -> int:
    sentences = gather_sentences()
    for path in sorted(FOLDER.glob("mattework_*.ts")):
        words = read_words(path)
        write_words(path, path.stem.partition("_")[2], sentences, words)
        known = {source for _, source in words}
        print(f"{path.name}: {len(sentences)} sentences")
        for _, source in sentences:
            if source not in known:
                print(f"  not translated: {source!r}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
