"""Names that remember how they were written."""


class Identifier(str):
    """A name, equal to its value as any string is; `written` is its SQL text, quotes and capitals included."""

    def __new__(cls, value, written=None):
        name = super().__new__(cls, value)
        name.written = value if written is None else written
        return name

    def folded(self):
        """The name in small letters, by which it is found."""
        return Identifier(self.lower(), self.written)
