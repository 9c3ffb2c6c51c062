"""One line of OpenCSVSerde, character by character (the rules of au.com.bytecode.opencsv, which Hive uses)."""


def fields(line, separator, quote, escape):
    """The fields of a line; a last field whose quote is never closed is left out, so NULL."""
    if not line:
        return []
    found, buffer = [], []
    in_quotes = in_field = False
    i, end = 0, len(line)
    while i < end:
        char = line[i]
        following = line[i + 1] if i + 1 < end else None
        if escape and char == escape:
            if (in_quotes or in_field) and following in (quote, escape):
                buffer.append(following)
                i += 1
        elif quote and char == quote:
            if (in_quotes or in_field) and following == quote:
                buffer.append(quote)
                i += 1
            else:
                _stray_quote(line, i, separator, following, buffer, quote)
                in_quotes = not in_quotes
            in_field = not in_field
        elif char == separator and not in_quotes:
            found.append("".join(buffer))
            buffer.clear()
            in_field = False
        else:
            buffer.append(char)
            in_field = True
        i += 1
    return found if in_quotes else [*found, "".join(buffer)]


def _stray_quote(line, i, separator, following, buffer, quote):
    """A quote in the middle of a field is text, unless only blanks came before it."""
    if i > 2 and line[i - 1] != separator and following is not None and following != separator:
        if buffer and not "".join(buffer).strip():
            buffer.clear()
        else:
            buffer.append(quote)
