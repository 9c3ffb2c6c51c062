"""`%%athena`: SQL as SQL, in a cell of its own.

    %%athena by_year
    SELECT year_id, count(DISTINCT ordernumber) AS orders
    FROM sales WHERE year_id >= :FIRST_YEAR GROUP BY year_id ORDER BY year_id

    %%athena [name] [--expect-error] [--rows N] [--quiet | --silent] [--reuse MINUTES] [--database D] [--workgroup W]

name            bind the Result to this variable (its DataFrame is `name.df`)
--expect-error  the statement must fail: its error is printed as an ordinary line of output
--rows N        show N rows instead of 20
--quiet         show only the line with bytes and price
--silent        show nothing; the name holds the result

`:NAME` binds the notebook's variable NAME as a parameter; `{course.database}`, `{TABLE}` put in a name or
a location (see `helpers.placeholders`).
"""

from __future__ import annotations

import argparse
import keyword
import shlex
import sys

from helpers import display
from helpers.oneline import OneLineError
from helpers.placeholders import bind, fill


class MagicError(OneLineError):
    """The `%%athena` line, or the cell under it, cannot be used as it is."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str):
        raise MagicError(f"%%athena: {message}. Use: %%athena [name] [--expect-error] [--rows N] [--quiet]")


def _parser() -> _Parser:
    parser = _Parser(prog="%%athena", add_help=False, allow_abbrev=False, exit_on_error=False)
    parser.add_argument("name", nargs="?")
    parser.add_argument("--expect-error", action="store_true")
    parser.add_argument("--rows", type=int)
    parser.add_argument("--quiet", action="store_true")
    parser.add_argument("--silent", action="store_true")
    parser.add_argument("--reuse", type=int, metavar="MINUTES")
    parser.add_argument("--database")
    parser.add_argument("--workgroup")
    return parser


def run_cell(line: str, cell: str, namespace: dict) -> None:
    """Run the SQL of one cell and show its result. `namespace` holds the notebook's variables."""
    from helpers import athena  # here, because helpers.athena registers this magic

    try:
        options = _parser().parse_args(shlex.split(line))
    except argparse.ArgumentError as error:
        raise MagicError(f"%%athena: {error}") from error
    except ValueError as error:  # an unclosed quote
        raise MagicError(f"%%athena: {error}") from error
    if options.name and (not options.name.isidentifier() or keyword.iskeyword(options.name)):
        raise MagicError(f"%%athena: {options.name!r} cannot name a variable")
    if options.silent and not options.name:
        raise MagicError("%%athena --silent: give the result a name, or nobody sees it")
    sql = cell.strip()
    if not sql:
        raise MagicError("%%athena: the cell holds no SQL")
    try:
        sql, parameters = bind(fill(sql, namespace), namespace)
        result = athena.execute(sql, parameters, options.database, options.workgroup, options.reuse)
    except athena.QueryError as error:
        if not options.expect_error:
            raise
        if options.name:
            namespace[options.name] = error
        print(error)
        return
    if options.expect_error:
        raise MagicError("%%athena --expect-error: the statement succeeded")
    if options.name:
        namespace[options.name] = result
    if options.rows is not None:
        result.shown_rows = max(options.rows, 0)
    if not options.silent:
        _show(result, options.quiet)


def _show(result, quiet: bool) -> None:
    if not display.in_notebook():
        print(result.cost_line if quiet else repr(result))
    elif quiet:
        print(result.cost_line)
        display.show_aside(f"{result.seconds:.2f} s")
    else:
        result._ipython_display_()


def register() -> None:
    """Make `%%athena` known to the running IPython, if there is one."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is not None:
        shell.register_magic_function(lambda line, cell: run_cell(line, cell, shell.user_ns), "cell", "athena")
