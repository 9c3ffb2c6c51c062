"""`Printed` hears every way in which a kernel shows something, and nothing that it does not show."""

import pytest
from nbclient import NotebookClient
from nbformat import v4

from helpers.course.notebooks import NOTEBOOKS

SHOWN = {
    "print": "print('the ', word, sep='')",
    "print_stderr": "import sys; print(word, file=sys.stderr)",
    "last_line": "word + '!'",
    "display": "from IPython.display import HTML, display; display(HTML(f'<b>{word}</b>'))",
    "in_pieces": "print(word[:3], end=''); print(word[3:])",
}


@pytest.fixture(scope="module")
def heard():
    """What a kernel's `Printed` says of each way of showing a word, and of a word that was never shown."""
    cells = ["import sys; sys.path.insert(0, '..')\nfrom helpers.printed import Printed\nshown = Printed()"]
    for name, source in SHOWN.items():
        cells.append(f"word = 'x'.join('{name}')\n{source}")
    asked = ", ".join(f"'{name}': 'x'.join('{name}') in shown" for name in (*SHOWN, "never"))
    cells.append(f"answer = {{{asked}}}\nprint(answer)")
    notebook = v4.new_notebook(cells=[v4.new_code_cell(cell) for cell in cells])
    resources = {"metadata": {"path": str(NOTEBOOKS)}}
    NotebookClient(notebook, timeout=60, kernel_name="python3", resources=resources).execute()
    return notebook


@pytest.mark.parametrize("way", SHOWN)
def test_what_is_shown_is_heard(heard, way):
    assert f"'{way}': True" in heard.cells[-1].outputs[0].text


def test_what_is_not_shown_is_not_heard(heard):
    assert "'never': False" in heard.cells[-1].outputs[0].text


def test_the_page_shows_what_it_would_show_anyway(heard):
    assert heard.cells[1].outputs[0].text == "the pxrxixnxt\n"
    assert heard.cells[3].outputs[0].data["text/plain"] == "'lxaxsxtx_xlxixnxe!'"
    assert "dxixsxpxlxaxy" in heard.cells[4].outputs[0].data["text/html"]
