"""Attacks and accidents that are not code in a cell: files, metadata, sizes. Each hands something in."""

import os
from copy import deepcopy
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell
from notebooks import NOTEBOOK, named, wrong


def deletes_its_tests(nb, folder: Path):
    nb = wrong(nb)
    nb.cells = [c for c in nb.cells if not c.metadata.get("nbgrader", {}).get("grade")]
    nbformat.write(nb, folder / NOTEBOOK)


def copies_a_graded_cell(nb, folder: Path):
    nb = wrong(nb)
    nb.cells.append(deepcopy(named(nb, "double_values")))
    nb.cells[-1].id = "copy"
    nbformat.write(nb, folder / NOTEBOOK)


def foreign_schema_version(nb, folder: Path):
    nb = wrong(nb)
    for cell in nb.cells:
        if "nbgrader" in cell.metadata:
            cell.metadata.nbgrader.schema_version = 99
    nbformat.write(nb, folder / NOTEBOOK)


def skips_its_tests(nb, folder: Path):
    nb = wrong(nb)
    for cell in nb.cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            cell.metadata["tags"] = ["skip-execution"]
    nbformat.write(nb, folder / NOTEBOOK)


def claims_more_points(nb, folder: Path):
    nb = wrong(nb)
    for cell in nb.cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            cell.metadata.nbgrader.update(points=100, locked=False, solution=True)
            cell.source = "6.0"
    nbformat.write(nb, folder / NOTEBOOK)


def links_to_a_secret(nb, folder: Path):
    nbformat.write(wrong(nb), folder / NOTEBOOK)
    os.symlink("/etc/passwd", folder / "notes.txt")
    os.symlink("/etc", folder / "more")


def truncated_file(nb, folder: Path):
    text = nbformat.writes(nb)
    (folder / NOTEBOOK).write_text(text[: len(text) // 2])


def enormous_notebook(nb, folder: Path):
    nb = deepcopy(nb)
    nb.cells[0].source = "x" * 21_000_000
    nbformat.write(nb, folder / NOTEBOOK)


def ten_thousand_cells(nb, folder: Path):
    nb = wrong(nb)
    nb.cells += [new_code_cell("1 + 1", id=f"cell-{number}") for number in range(10_000)]
    nbformat.write(nb, folder / NOTEBOOK)


def files_with_odd_names(nb, folder: Path):
    nbformat.write(wrong(nb), folder / NOTEBOOK)
    for name in ("a\nb.txt", "$(touch x)", "-rf", "é\u202etxt.exe", "<script>.html", "numpy.py~", "x" * 200):
        (folder / name).write_text("odd")
    (folder / "page.html").write_text("<script>steal()</script>")


def cells_nested_too_deeply(nb, folder: Path):
    deep = '"metadata": {"x": ' + "[" * 5000 + "]" * 5000 + ","
    (folder / NOTEBOOK).write_text(nbformat.writes(nb).replace('"metadata": {', deep, 1))


# name: (what it does, row of the table, points it deserves, what the feedback page must say)
SHAPES = {
    "deletes_its_tests": (deletes_its_tests, 7, 2, "was missing and was put back"),
    "copies_a_graded_cell": (copies_a_graded_cell, 8, 2, "was there more than once"),
    "foreign_schema_version": (foreign_schema_version, 8, 2, "double gave"),
    "skips_its_tests": (skips_its_tests, 16, 2, "asked not to be run"),
    "links_to_a_secret": (links_to_a_secret, 18, 2, "was left out"),
    "truncated_file": (truncated_file, 21, 0, "damaged or cut short"),
    "enormous_notebook": (enormous_notebook, 21, 0, "MB at most"),
    "claims_more_points": (claims_more_points, None, 2, "which was graded in its place"),
    "ten_thousand_cells": (ten_thousand_cells, None, 2, "double gave"),
    "files_with_odd_names": (files_with_odd_names, None, 2, "double gave"),
    "cells_nested_too_deeply": (cells_nested_too_deeply, None, 0, "nested too deeply"),
}
