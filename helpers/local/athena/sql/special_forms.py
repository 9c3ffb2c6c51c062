"""What starts with a keyword inside an expression: CASE, CAST, ARRAY[…], INTERVAL, EXTRACT … and types."""

from ..errors import RequestError
from . import tree
from .identifier import Identifier
from .json_forms import JsonForms
from .stream import RESERVED

EXTRACT_FIELDS = (
    *("YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "DAY_OF_MONTH", "DAY_OF_WEEK", "DOW", "DAY_OF_YEAR", "DOY"),
    *("YEAR_OF_WEEK", "YOW", "HOUR", "MINUTE", "SECOND", "TIMEZONE_MINUTE", "TIMEZONE_HOUR"),
)


class SpecialForms(JsonForms):
    """Rules named `_primary_<keyword>`; each may answer None when the word turns out to be a plain name."""

    def _primary_null(self, here):
        self.advance()
        return tree.Literal("null", None, **here)

    def _primary_true(self, here):
        self.advance()
        return tree.Literal("boolean", True, **here)

    def _primary_false(self, here):
        self.advance()
        return tree.Literal("boolean", False, **here)

    def _primary_interval(self, here):
        if self.peek().kind != "string" and self.peek().upper not in ("+", "-"):
            return None
        self.advance()
        sign = -1 if self.accept_any("+", "-") == "-" else 1
        text = self.string()
        unit = self._unit()
        return tree.Interval(text, sign, unit, self._unit() if self.accept("TO") else None, **here)

    def _unit(self):
        unit = self.accept_any("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND")
        if not unit:
            raise self.mismatch("'DAY', 'HOUR', 'MINUTE', 'MONTH', 'SECOND', 'YEAR'")
        return unit

    def _primary_array(self, here):
        if self.peek().upper != "[":
            return None
        self.expect("ARRAY", "[")
        items = [] if self.is_word("]") else self.comma_list(self.expression)
        self.expect("]")
        return tree.ArrayLiteral(items, **here)

    def _primary_row(self, here):
        if self.peek().upper != "(":
            return None
        self.advance()
        return tree.RowLiteral(self.parenthesised(self.expression), **here)

    def _primary_case(self, here):
        self.advance()
        operand = None if self.is_word("WHEN") else self.expression()
        whens = []
        while self.accept("WHEN"):
            condition = self.expression()
            self.expect("THEN")
            whens.append((condition, self.expression()))
        if not whens:
            raise self.mismatch("'WHEN'")
        default = self.expression() if self.accept("ELSE") else None
        self.expect("END")
        return tree.Case(operand, whens, default, **here)

    def _primary_cast(self, here, safe=False):
        self.advance()
        self.expect("(")
        value = self.expression()
        self.expect("AS")
        name = self.type_name()
        self.expect(")")
        return tree.Cast(value, name, safe, **here)

    def _primary_try_cast(self, here):
        return self._primary_cast(here, safe=True) if self.peek().upper == "(" else None

    def _primary_exists(self, here):
        self.expect("EXISTS", "(")
        query = self.query()
        self.expect(")")
        return tree.Exists(query, **here)

    def _primary_extract(self, here):
        self.expect("EXTRACT", "(")
        part = self.identifier()
        if part.upper() not in EXTRACT_FIELDS:
            message = f"line {here['line']}:{here['column']}: Invalid EXTRACT field: {part}"
            raise RequestError(message, code="MALFORMED_QUERY")
        self.expect("FROM")
        value = self.value()
        self.expect(")")
        return tree.Extract(part.upper(), value, **here)

    def _primary_grouping(self, here):
        self.advance()
        return tree.Call("grouping", self.parenthesised(self.expression), **here)

    def _primary_trim(self, here):
        self.expect("TRIM", "(")
        side = self.accept_any("BOTH", "LEADING", "TRAILING")
        name = {"LEADING": "ltrim", "TRAILING": "rtrim"}.get(side, "trim")
        characters = None if self.is_word("FROM") else self.value()
        if self.accept("FROM"):
            arguments = [self.value()] + ([characters] if characters else [])
        else:
            arguments = [characters] + ([self.value()] if self.accept(",") else [])
        self.expect(")")
        return tree.Call(name, arguments, form=side or "BOTH", **here)

    def _primary_substring(self, here):
        if self.peek().upper != "(":
            return None
        name = Identifier("substring", self.advance().text)
        self.expect("(")
        arguments = [self.value()]
        if self.accept("FROM"):
            name = Identifier("substring", "substr")
            arguments.append(self.value())
            if self.accept("FOR"):
                arguments.append(self.value())
        elif self.accept(","):
            arguments += self.comma_list(self.value)
        self.expect(")")
        return tree.Call(name, arguments, **here)

    def _primary_position(self, here):
        if self.peek().upper != "(":
            return None
        self.expect("POSITION", "(")
        needle = self.value()
        self.expect("IN")
        haystack = self.value()
        self.expect(")")
        return tree.Call("strpos", [haystack, needle], **here)

    def _primary_normalize(self, here):
        self.expect("NORMALIZE", "(")
        arguments = [self.value()]
        if self.accept(","):
            form = self.advance()
            arguments.append(tree.Literal("string", form.upper, line=form.line, column=form.column))
        self.expect(")")
        return tree.Call("normalize", arguments, **here)

    def _primary_listagg(self, here):
        self.expect("LISTAGG", "(")
        call = tree.Call("listagg", [], distinct=self.accept("DISTINCT"), **here)
        call.arguments = [self.expression()]
        if self.accept(","):
            call.arguments.append(self.expression())
        else:
            call.arguments.append(tree.Literal("string", "", **here))
        if self.accept("ON", "OVERFLOW") and not self.accept("ERROR"):
            self._truncation(call, here)
        self.expect(")", "WITHIN", "GROUP", "(", "ORDER", "BY")
        call.order_by = self.comma_list(self.sort_item)
        self.expect(")")
        return self._call_tail(call)

    def _truncation(self, call, here):
        """TRUNCATE [filler] WITH | WITHOUT COUNT"""
        self.expect("TRUNCATE")
        call.name = "$listagg_truncate"
        filler = self.string() if self.token.kind in ("string", "unicode") else "..."
        counted = self.accept_any("WITH", "WITHOUT")
        if not counted:
            raise self.mismatch("'WITH', 'WITHOUT'")
        self.expect("COUNT")
        call.arguments += [tree.Literal("string", filler, **here), tree.Literal("boolean", counted == "WITH", **here)]

    # ---- types

    def type_name(self):
        """A type's text, as types.parse_type reads it: an Identifier, since Trino shows types as written."""
        token = self.token
        if token.kind not in ("name", "quoted") or (token.upper in RESERVED and token.upper != "ROW"):
            raise self.mismatch("<type>")
        name = self._bare_type(self.advance())
        while self.is_word("ARRAY"):
            name = Identifier(f"array({name})", f"{self.advance().text}({name.written})")
        return name

    def _bare_type(self, token):
        name = token.value.lower()
        if name == "double" and self.accept("PRECISION"):
            return Identifier("double", token.text)
        if name == "interval":
            start = self._unit()
            self.expect("TO")
            text = f"INTERVAL {start} TO {self._unit()}"
            return Identifier(text.lower(), text)
        arguments = []
        if name == "row":
            arguments = self.parenthesised(self._row_field)
        elif self.accept("<"):
            arguments = self.comma_list(self.type_name)
            self.expect(">")
        elif self.is_word("("):
            arguments = self.parenthesised(self._type_argument)
        zone, shown = "", token.text
        if name in ("timestamp", "time"):
            shown = name
            if self.token.upper in ("WITH", "WITHOUT"):
                zone = f" {self.advance().value.lower()} time zone"
                self.expect("TIME", "ZONE")
        inside = f"({', '.join(arguments)})" if arguments else ""
        written = f"({', '.join(argument.written for argument in arguments)})" if arguments else ""
        shown = "ROW" if name == "row" else shown
        return Identifier(name + inside + zone, shown + written + ("" if "without" in zone else zone))

    def _type_argument(self):
        return Identifier(self.advance().value) if self.token.kind == "integer" else self.type_name()

    def _row_field(self):
        following = self.peek()
        suffix = following.upper == "ARRAY" and self.peek(2).upper not in ("(", "<")  # `bigint ARRAY` is a type
        if following.kind in ("name", "quoted") and not (
            suffix or following.upper in ("WITH", "WITHOUT", "PRECISION") or self.is_word("INTERVAL")
        ):
            field = self.identifier()
            name, field_type = field.lower().replace('"', '""'), self.type_name()
            return Identifier(f'"{name}" {field_type}', f"{field.written} {field_type.written}")
        return self.type_name()
