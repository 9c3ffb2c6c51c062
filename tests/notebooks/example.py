"""A small lesson that obeys every rule, to be broken in one place by the tests."""

from __future__ import annotations

from nbformat import NotebookNode, v4

OPENING = """# 03 · A lesson

- **You will do** a sum.
- **You will learn** that sums are sums.
- **You need** 10 minutes; 0.01 USD on AWS."""


def code(source: str, *tags: str, prints: str = "") -> NotebookNode:
    outputs = [v4.new_output("stream", name="stdout", text=prints)] if prints else []
    return v4.new_code_cell(source, metadata={"tags": list(tags)} if tags else {}, outputs=outputs)


def lesson() -> NotebookNode:
    """A notebook in memory, run from top to bottom, as `execute` would leave it."""
    exercise = [
        v4.new_markdown_cell("### Exercise"),
        code("answer = None", "exercise"),
        code('print("03.1 not attempted.")', "check", prints="03.1 not attempted.\n"),
        code('print("03.1 right.")', "solution", prints="03.1 right.\n"),
    ]
    cells = [
        v4.new_markdown_cell(OPENING),
        code("import math"),
        code('MODE = "local"  # one of: local, aws\nFACTOR = 2  # from 1 to 9', "parameters"),
        *(cell for _ in range(8) for cell in (v4.new_markdown_cell("Predict."), code("x = 1"))),
        code("print(FACTOR * 21)", prints="42\n"),
        *exercise,
        *[cell.copy() for cell in exercise],
        v4.new_markdown_cell("## Summary\n\nNext: [another](04_example.ipynb)"),
    ]
    counts = iter(range(1, 100))
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number:02d}"
        if cell.cell_type == "code":
            cell.execution_count = next(counts)
    return v4.new_notebook(cells=cells)
