"""Result rows kept for GetQueryResults: small results in memory, large ones in the result file itself."""

import re

PAGE = 1000  # rows between two remembered places of the file
# Up to both of these a result stays in memory, as long as the endpoint lives.
IN_MEMORY = 1000  # rows
IN_MEMORY_BYTES = 64 * 1024

_FIELD = re.compile(r'(?:"([^"]*(?:""[^"]*)*)")?[,\n]')  # and what ends it


def csv_line(row):
    """A row as Athena writes it: every value quoted, NULL empty, `\\n` at the end."""
    return ",".join("" if v is None else '"' + v.replace('"', '""') + '"' for v in row) + "\n"


def parse_csv(text, width):
    """The rows of such lines, each of `width` columns."""
    values = [match[1] for match in _FIELD.finditer(text)]
    if '""' in text:
        values = [value and value.replace('""', '"') for value in values]
    return [values[at : at + width] for at in range(0, len(values), width)]


class MemoryRows:
    """Rows kept as they are."""

    def __init__(self, rows):
        self._rows = rows

    def __len__(self):
        return len(self._rows)

    def page(self, start, count):
        return self._rows[start : start + count]


class FileRows:
    """Rows written to `path` as Athena's CSV and read back a page at a time."""

    def __init__(self, path, rows):
        """Writes every row. Raises OSError when the disk is full, and leaves no file then."""
        self.path, self._width, self._count, self._places = path, 0, 0, []
        try:
            with open(path, "wb") as file:
                for row in rows:
                    if self._count % PAGE == 0:
                        self._places.append(file.tell())
                        self._width = len(row)
                    file.write(csv_line(row).encode())
                    self._count += 1
        except BaseException:
            path.unlink(missing_ok=True)
            raise

    def __len__(self):
        return self._count

    def page(self, start, count):
        if start >= self._count or count <= 0:
            return []
        first, last = start // PAGE, (start + count - 1) // PAGE + 1
        with open(self.path, "rb") as file:
            file.seek(self._places[first])
            end = self._places[last] if last < len(self._places) else None
            piece = file.read(-1 if end is None else end - self._places[first])
        rows = parse_csv(piece.decode(), self._width)
        skipped = start - first * PAGE
        return rows[skipped : skipped + count]
