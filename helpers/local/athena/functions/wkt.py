"""Well-known text as Trino takes it: the rings of a polygon need not be closed."""

import re

_PIECE = re.compile(r"[A-Za-z]+|\(|\)|[^()A-Za-z]+|.", re.S)


def closed_rings(text):
    """The same text with the first point of each polygon's ring repeated at its end."""
    pieces, out = _PIECE.findall(text), []
    kind = None
    for i, piece in enumerate(pieces):
        if piece.isalpha() and piece.upper() not in ("EMPTY", "Z", "M", "ZM", "E"):
            kind = piece.upper()
        ring = kind in ("POLYGON", "MULTIPOLYGON") and pieces[i - 1 : i] == ["("] and pieces[i + 1 : i + 2] == [")"]
        points = [p.split() for p in piece.split(",")] if ring else []
        if points and points[0] and points[0] != points[-1]:
            piece = f"{piece.rstrip()}, {' '.join(points[0])}"
            if len(points) < 3:  # a ring has four points
                piece += f", {' '.join(points[0])}" * (3 - len(points))
        out.append(piece)
    return "".join(out)
