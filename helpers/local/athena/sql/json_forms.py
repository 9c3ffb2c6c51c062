"""SQL/JSON's functions, whose arguments are clauses: JSON_EXISTS, JSON_VALUE, JSON_QUERY, JSON_ARRAY, JSON_OBJECT."""

from . import tree
from .stream import Stream


class JsonForms(Stream):
    """Rules named `_primary_<keyword>`, as in special_forms.py."""

    def _primary_json_exists(self, here):
        return self._path_call("exists", here, self._exists_clauses)

    def _primary_json_value(self, here):
        return self._path_call("value", here, self._value_clauses)

    def _primary_json_query(self, here):
        return self._path_call("query", here, self._query_clauses)

    def _path_call(self, kind, here, clauses):
        if self.peek().upper != "(":
            return None
        self.advance()
        self.expect("(")
        call = tree.JsonCall(kind, [self._formatted()], **here)
        self.expect(",")
        call.path_line, call.path_column = self.token.line, self.token.column
        call.path = self.string()
        if self.accept("PASSING"):
            call.passing = self.comma_list(self._passed)
        clauses(call)
        self.expect(")")
        return call

    def _passed(self):
        value = self._formatted()
        self.expect("AS")
        quoted = self.token.kind == "quoted"
        name = self.identifier()
        return (name if quoted else name.upper(), value)

    def _formatted(self):
        """expression [FORMAT JSON [ENCODING …]] → (expression, None or the encoding)."""
        return (self.expression(), self._format())

    def _format(self):
        if not self.accept("FORMAT", "JSON"):
            return None
        if not self.accept("ENCODING"):
            return "UTF8"
        encoding = self.accept_any("UTF8", "UTF16", "UTF32")
        if not encoding:
            raise self.mismatch("'UTF16', 'UTF32', 'UTF8'")
        return encoding

    def _exists_clauses(self, call):
        behaviour = self.accept_any("TRUE", "FALSE", "UNKNOWN", "ERROR")
        if behaviour:
            self.expect("ON", "ERROR")
            call.on_error = behaviour.lower()

    def _returning(self, call):
        if self.accept("RETURNING"):
            call.returning = self.type_name()
            call.output_format = self._format()

    def _value_clauses(self, call):
        self._returning(call)
        while self.token.upper in ("ERROR", "NULL", "DEFAULT"):
            behaviour = self.expression() if self.accept("DEFAULT") else self.advance().upper.lower()
            self._on(call, behaviour)

    def _query_clauses(self, call):
        self._returning(call)
        if self.accept("WITHOUT"):
            self.accept("ARRAY")
            self.expect("WRAPPER")
        elif self.accept("WITH"):
            call.wrapper = (self.accept_any("CONDITIONAL", "UNCONDITIONAL") or "UNCONDITIONAL").lower()
            self.accept("ARRAY")
            self.expect("WRAPPER")
        quotes = self.accept_any("KEEP", "OMIT")
        if quotes:
            self.expect("QUOTES")
            self.accept("ON", "SCALAR", "STRING")
            call.quotes = quotes.lower()
        while self.token.upper in ("ERROR", "NULL", "EMPTY"):
            behaviour = self.advance().upper.lower()
            if behaviour == "empty":
                behaviour += " " + (self.accept_any("ARRAY", "OBJECT") or "ARRAY").lower()
            self._on(call, behaviour)

    def _on(self, call, behaviour):
        self.expect("ON")
        which = self.accept_any("EMPTY", "ERROR")
        if not which:
            raise self.mismatch("'EMPTY', 'ERROR'")
        setattr(call, f"on_{which.lower()}", behaviour)

    def _primary_json_array(self, here):
        if self.peek().upper != "(":
            return None
        self.advance()
        self.expect("(")
        call = tree.JsonCall("array", [], nulls="absent", **here)
        if not self.is_word(")") and not self.is_word("RETURNING"):
            call.arguments = self.comma_list(self._formatted)
        self._nulls(call)
        self._returning(call)
        self.expect(")")
        return call

    def _primary_json_object(self, here):
        if self.peek().upper != "(":
            return None
        self.advance()
        self.expect("(")
        call = tree.JsonCall("object", [], nulls="null", **here)
        if not self.is_word(")") and not self.is_word("RETURNING"):
            call.members = self.comma_list(self._json_member)
        self._nulls(call)
        unique = self.accept_any("WITH", "WITHOUT")
        if unique:
            self.expect("UNIQUE")
            self.accept("KEYS")
            call.unique = unique == "WITH"
        self._returning(call)
        self.expect(")")
        return call

    def _json_member(self):
        """[KEY] key VALUE value, or key : value."""
        if self.is_word("KEY") and self.peek().upper not in (":", "VALUE", ".", "("):
            self.advance()
        key = self.expression()
        if not self.accept_any("VALUE", ":"):
            raise self.mismatch("':', 'VALUE'")
        return key, self._formatted()

    def _nulls(self, call):
        behaviour = self.accept_any("NULL", "ABSENT")
        if behaviour:
            self.expect("ON", "NULL")
            call.nulls = behaviour.lower()
