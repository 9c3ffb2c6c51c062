"""Names of tables in Hive's DDL: how many parts, which of them quoted, and how each statement refuses them.

Athena's DDL grammar takes words and `backquoted` parts. A part in double quotes is a string to it, and which
error that gives depends on the statement and on the part (measured on the real service by a third party).
"""

from ..errors import unsupported_statement
from .ddl_cursor import HiveSyntax
from .ddl_tree import TableName

ANY_NAME = "{IDENTIFIER, BACKQUOTED_IDENTIFIER}"
_AFTER_CREATE = (
    "{<EOF>, '(', 'SELECT', 'FROM', 'AS', 'ROW', 'WITH', 'VALUES', 'TABLE', 'INSERT', 'MAP', 'COMMENT', 'REDUCE', "
    "'TBLPROPERTIES', 'SKEWED', 'STORED', 'LOCATION', 'CLUSTERED', 'PARTITIONED'}"
)


class Name:
    """The parts of one name, read without judging them. The cursor stands behind it."""

    def __init__(self, cursor):
        self.cursor, self.positions, self.dots = cursor, [], []
        if not self._at_part():
            raise cursor.mismatch(ANY_NAME)
        while True:
            self.positions.append(cursor.at)
            cursor.advance()
            if not cursor.is_word("."):
                break
            self.dots.append(cursor.at)
            cursor.advance()
            if not self._at_part():
                raise cursor.mismatch(ANY_NAME)
        tokens = [cursor.tokens[at] for at in self.positions]
        self.first_quoted = next((i for i, t in enumerate(tokens, 1) if t.kind == "string"), None)
        written = tuple(token.value for token in tokens)
        self.table = TableName(
            tuple(part.lower() for part in written), written, tuple(t.start for t in tokens), tokens[-1].end
        )

    def _at_part(self):
        return self.cursor.at_identifier() or self.cursor.token.text.startswith('"')

    def at(self, position, error, *arguments):
        """The cursor's `error` for the token at `position`."""
        back, self.cursor.at = self.cursor.at, position
        found = error(*arguments)
        self.cursor.at = back
        return found

    def quoted_refusal(self, describing=False):
        """The error for the first part in double quotes, for DESCRIBE or for the statements that are like DROP."""
        number = self.first_quoted
        position = self.positions[number - 1]
        if number == 2:
            return self.at(position, self.cursor.no_alternative, self.cursor.tokens[self.positions[0]])
        if number == 1 and describing:
            return self.at(position, self.cursor.no_alternative)
        return self.at(position, self.cursor.mismatch, ANY_NAME)

    def reserved(self, where="table name"):
        """Hive minds reserved words among the parts."""
        for position in self.positions:
            self.cursor.mind(self.cursor.tokens[position], where)
        return self.table


def dropped(cursor):
    """DROP TABLE's name."""
    name = Name(cursor)
    if name.first_quoted and name.first_quoted <= 3:
        raise name.quoted_refusal()
    if len(name.positions) > 3:
        raise name.at(name.dots[2], cursor.mismatch, "{<EOF>, 'PURGE'}")
    return name.reserved()


def altered(cursor):
    """ALTER TABLE's name: every error counts from the start of the statement."""
    return _from_start(cursor, lambda name: name.at(name.dots[2], cursor.no_alternative))


def created(cursor):
    """CREATE TABLE's name."""
    return _from_start(cursor, lambda name: name.at(name.dots[2], cursor.mismatch, _AFTER_CREATE))


def _from_start(cursor, too_long):
    try:
        name = Name(cursor)
    except HiveSyntax:
        raise cursor.no_alternative() from None
    if name.first_quoted and name.first_quoted <= 3:
        raise name.at(name.positions[name.first_quoted - 1], cursor.no_alternative)
    if len(name.positions) > 3:
        raise too_long(name)
    return name.reserved()


def described(cursor, describing):
    """DESCRIBE's or SHOW COLUMNS' name → (TableName, the refusal of a quoted one or None)."""
    name = Name(cursor)
    long = len(name.positions) > 3
    refusal = name.quoted_refusal(describing).request if name.first_quoted and not long else None
    return name.reserved(), refusal


def shown(cursor):
    """SHOW CREATE TABLE's name."""
    name = Name(cursor)
    if name.first_quoted and len(name.positions) <= 3:
        raise HiveSyntax(unsupported_statement())
    return name.reserved()


def plain(cursor):
    """A name that Trino's grammar has no statement for: its error is all that is ever shown."""
    name = Name(cursor)
    if name.first_quoted:
        raise name.quoted_refusal()
    return name.reserved()


def view(cursor):
    """A view's name, in any quotes."""
    return Name(cursor).table


def database(cursor):
    """[catalog.]database, of SHOW TABLES and SHOW VIEWS."""
    name = Name(cursor)
    if name.first_quoted and name.first_quoted <= 2:
        raise name.at(name.positions[name.first_quoted - 1], cursor.mismatch, ANY_NAME)
    if len(name.positions) > 2:
        error = cursor.extraneous if len(name.positions) == 3 and name.first_quoted == 3 else cursor.mismatch
        raise name.at(name.dots[1], error, "{<EOF>, 'LIKE', STRING}")
    return name.reserved("database name")
