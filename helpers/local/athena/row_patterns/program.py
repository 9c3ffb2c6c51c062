"""A row pattern as a program, and the search for a match by it: preference first, back where it fails.

Trino compiles patterns alike (https://trino.io/docs/current/sql/match-recognize.html, "Row pattern syntax"): of all
matches that start at a row, the one that the order of alternatives and the greed of quantifiers prefer is taken.
"""

import itertools

from ..errors import AthenaError
from ..sql import pattern_tree as patterns

ROW, SPLIT, JUMP, START, END, OPEN, CLOSE, DONE = range(8)  # what an instruction does
_MOST = 100_000  # instructions


def compiled(pattern):
    """A tree of pattern_tree → [(operation, argument, argument)]."""
    program = []
    _compile(pattern, program)
    program.append((DONE, None, None))
    return program


def _add(program, operation, first=None, second=None):
    if len(program) >= _MOST:
        raise AthenaError("NOT_SUPPORTED", f"a row pattern of more than {_MOST} steps")
    program.append((operation, first, second))


def _compile(node, program):
    if isinstance(node, patterns.Variable):
        _add(program, ROW, patterns.label(node.name))
    elif isinstance(node, patterns.Anchor):
        _add(program, START if node.which == "^" else END)
    elif isinstance(node, patterns.Excluded):
        _add(program, OPEN)
        _compile(node.item, program)
        _add(program, CLOSE)
    elif isinstance(node, patterns.Sequence):
        for item in node.items:
            _compile(item, program)
    elif isinstance(node, patterns.Alternatives):
        _alternatives(node.items, program)
    elif isinstance(node, patterns.Permutation):
        _alternatives((patterns.Sequence(list(p)) for p in itertools.permutations(node.items)), program)
    else:
        _repeated(node, program)


def _alternatives(items, program):
    ends, before = [], None
    for item in items:
        if before is not None:
            program[before] = (SPLIT, before + 1, len(program))
        before = len(program)
        _add(program, SPLIT)
        _compile(item, program)
        ends.append(len(program))
        _add(program, JUMP)
    program[before] = (JUMP, before + 1, None)
    for end in ends:
        program[end] = (JUMP, len(program), None)


def _repeated(node, program):
    for _ in range(node.least):
        _compile(node.item, program)
    if node.most is None:
        start = len(program)
        _add(program, SPLIT)
        _compile(node.item, program)
        _add(program, JUMP, start)
        _choose(program, start, node.greedy)
        return
    starts = []
    for _ in range(node.most - node.least):
        starts.append(len(program))
        _add(program, SPLIT)
        _compile(node.item, program)
    for start in starts:
        _choose(program, start, node.greedy)


def _choose(program, start, greedy):
    """Go on behind `start` or leave, which is to the end of the program so far."""
    ways = (start + 1, len(program))
    program[start] = (SPLIT, *(ways if greedy else ways[::-1]))


def find(program, first, begin, end, test, remembers):
    """The preferred match that starts at row `first` of the partition from `begin` to before `end`, or None.

    `test(labels)`: whether the last of the labels, which the rows from `first` on bear, fits its row.
    `remembers`: whether a test looks at more than its own row, so that how it was reached matters.
    → (labels of the rows, [(first, behind) offsets of what {- -} excludes]).
    """
    labels, marks, failed = [], [], set()
    ways = [(0, 0, 0, frozenset())]  # what is left to try: instruction, labels, marks, splits since the last row
    while ways:
        at, size, marked, passed = ways.pop()
        del labels[size:], marks[marked:]
        while True:
            operation, to, other = program[at]
            row = first + len(labels)
            if operation == ROW:
                if row >= end:
                    break
                labels.append(to)
                if not test(labels):
                    break
                at, passed = at + 1, frozenset()
            elif operation == SPLIT:
                seen = passed if remembers else failed
                if (at, row) in seen:
                    break  # a circle without a row, or a way that has failed before
                if remembers:
                    passed |= {(at, row)}
                else:
                    failed.add((at, row))
                ways.append((other, len(labels), len(marks), passed))
                at = to
            elif operation == JUMP:
                at = to
            elif operation in (START, END):
                if row != (begin if operation == START else end):
                    break
                at += 1
            elif operation == DONE:
                return labels, _excluded(marks)
            else:
                marks.append((operation, len(labels)))
                at += 1
    return None


def _excluded(marks):
    """The outermost pairs of marks."""
    found, depth, start = [], 0, 0
    for operation, place in marks:
        if operation == OPEN:
            depth += 1
            start = place if depth == 1 else start
        else:
            depth -= 1
            if depth == 0:
                found.append((start, place))
    return found
