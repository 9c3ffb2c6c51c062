"""Syntax tree → bound expression: names resolved, types checked, functions chosen, Trino's errors raised."""

from dataclasses import replace
from itertools import count

from .. import coercions, types
from ..errors import AthenaError
from ..sql.special_forms import EXTRACT_FIELDS
from . import calls, equality, literals, operators, sql_json
from .casts import cast, coerce
from .expr import Expr, call
from .scope import not_found
from .subqueries import SubqueryBinder
from .type_names import type_named

_lambda_names = count(1)
_NESTED_LAMBDAS = 10  # each is bound once for each way to call its function: one more doubles the time
_EXTRACT = {"DAY_OF_MONTH": "day", "DOW": "day_of_week", "DOY": "day_of_year", "YOW": "year_of_week"}
_DATES = ("date", "timestamp", "timestamp with time zone")
_TIMES = ("timestamp", "timestamp with time zone", "time", "time with time zone", "interval day to second")
_PARTS_OF = {
    **dict.fromkeys(EXTRACT_FIELDS, _DATES),
    **dict.fromkeys(("YEAR", "MONTH"), (*_DATES, "interval year to month")),
    **dict.fromkeys(("HOUR", "MINUTE", "SECOND"), _TIMES),
    "DAY": (*_DATES, "interval day to second"),
    "TIMEZONE_HOUR": ("timestamp with time zone", "time with time zone"),
    "TIMEZONE_MINUTE": ("timestamp with time zone", "time with time zone"),
}


class Binder(SubqueryBinder):
    """Binds expressions of one SELECT. `planner` plans subqueries and holds the parameters."""

    def __init__(self, planner, scope, windows=None):
        self.planner, self.scope, self.windows = planner, scope, {} if windows is None else windows
        self.aggregated = self.windowed = False
        self._lambda_parameters = []

    def bind(self, node):
        rule = getattr(self, f"_bind_{type(node).__name__.lower()}")
        found = rule(node)
        return found

    def boolean(self, node, message):
        """Bind a condition; `message` is Trino's text for another type, with {} for it."""
        return self.truth(self.bind(node), node, message)

    @staticmethod
    def truth(expr, node, message):
        """A bound condition, which must be a boolean."""
        if expr.type.base == "unknown":
            return coerce(expr, types.BOOLEAN)
        if expr.type != types.BOOLEAN:
            raise AthenaError("TYPE_MISMATCH", message.format(expr.type), node.line, node.column)
        return expr

    # ---- names and literals

    def _bind_name(self, node):
        for names in reversed(self._lambda_parameters):
            if node.parts[0].lower() in names:
                return self._fields(names[node.parts[0].lower()], node.parts[1:], node)
        found = self.scope.find(node.parts, node) if self.scope else None
        if found is None:
            raise not_found(node.parts, node)
        expr, rest = found
        positioned = replace(
            expr, line=node.line, column=node.column, shown=".".join(node.parts[: len(node.parts) - len(rest)])
        )
        return self._fields(positioned, rest, node)

    def _fields(self, expr, names, node):
        for name in names:
            expr = self._field(expr, name, node)
        return expr

    def _field(self, expr, name, node):
        if expr.type.base != "row":
            shown = expr.shown or "of a value"
            raise AthenaError("TYPE_MISMATCH", f"Expression {shown} is not of type ROW", node.line, node.column)
        for (field_name, field_type), (sql_name, _) in zip(expr.type.args, expr.type.fields, strict=True):
            if (field_name or "").lower() == name.lower():
                return self.field_of(expr, sql_name, field_type)
        raise not_found((*getattr(node, "parts", (name,)),), node)

    @staticmethod
    def field_of(expr, sql_name, field_type):
        template = "struct_extract({0}, '" + sql_name.replace("'", "''").replace("{", "{{").replace("}", "}}") + "')"
        return Expr(field_type, "field", (expr,), template, sql_name, expr.line, expr.column)

    def _bind_literal(self, node):
        return literals.literal(node)

    def _bind_typedliteral(self, node):
        return literals.typed(node)

    def _bind_interval(self, node):
        return literals.interval(node)

    def _bind_parameter(self, node):
        return self.bind(self.planner.parameter(node))

    def _bind_dereference(self, node):
        return self._field(self.bind(node.base), node.field_name, node)

    def _bind_lambda(self, node):
        raise AthenaError(
            "TYPE_MISMATCH", "Lambda expression should always be used inside a function", node.line, node.column
        )

    # ---- operators

    def _bind_unary(self, node):
        value = self.bind(node.operand)
        if node.op == "-":
            return operators.negate(value, node.line, node.column)
        if not value.type.is_numeric:
            raise AthenaError(
                "TYPE_MISMATCH", f"Unary '+' operator cannot by applied to {value.type} type", node.line, node.column
            )
        return value

    def _bind_binary(self, node):
        left, right = self.bind(node.left), self.bind(node.right)
        if node.op in operators.COMPARISONS:
            return operators.comparison(node.op, left, right, node.line, node.column)
        if node.op == "||":
            return calls.function(self, "concat", node, [left, right])
        return operators.arithmetic(node.op, left, right, node.line, node.column)

    def _bind_logical(self, node):
        message = "Logical expression term must evaluate to a boolean (actual: {})"
        parts = [self.boolean(operand, message) for operand in node.operands]
        template = lambda texts: "(" + f" {node.op} ".join(texts) + ")"  # noqa: E731
        return call(node.op.lower(), types.BOOLEAN, template, *parts, line=node.line, column=node.column)

    def _bind_not(self, node):
        value = self.boolean(node.operand, "Value of logical NOT expression must evaluate to a boolean (actual: {})")
        return call("not", types.BOOLEAN, "(NOT {0})", value, line=node.line, column=node.column)

    def _bind_between(self, node):
        value, low, high = self.bind(node.value), self.bind(node.low), self.bind(node.high)
        common = coercions.common_type(value.type, coercions.common_type(low.type, high.type) or types.UNKNOWN)
        if common is None or coercions.common_type(low.type, high.type) is None or not common.orderable:
            raise AthenaError(
                "TYPE_MISMATCH",
                f"Cannot check if {value.type} is BETWEEN {low.type} and {high.type}",
                node.line,
                node.column,
            )
        parts = [operators.compared(f"{{{i}}}", common) for i in range(3)]
        template = "({} BETWEEN {} AND {})".format(*parts)
        args = [coerce(x, common) for x in (value, low, high)]
        return call("between", types.BOOLEAN, template, *args, line=node.line, column=node.column)

    def _bind_inlist(self, node):
        value, items = self.bind(node.value), [self.bind(i) for i in node.items]
        common = self.common(
            [value, *items],
            "IN value and list items must be the same type or coercible to a common type",
            [node.value, *node.items],
        )
        if not common.comparable:
            raise operators.mismatch("=", value, items[0], node.line, node.column)
        shown = lambda x: operators.compared(x, common)  # noqa: E731
        if common.base in equality.NESTED:
            args = [coerce(e, common) for e in [value, *items]]
            equal = lambda texts: "(" + " OR ".join(equality.equals(common, texts[0], t) for t in texts[1:]) + ")"  # noqa: E731
            return call("in", types.BOOLEAN, equal, *args, line=node.line, column=node.column)
        template = lambda texts: f"({shown(texts[0])} IN ({', '.join(map(shown, texts[1:]))}))"  # noqa: E731
        args = [coerce(e, common) for e in [value, *items]]
        return call("in", types.BOOLEAN, template, *args, line=node.line, column=node.column)

    def _bind_like(self, node):
        texts = [self.bind(n) for n in (node.value, node.pattern, node.escape) if n is not None]
        for expr, what in zip(
            texts,
            ("Left side of LIKE expression", "Pattern for LIKE expression", "Escape for LIKE expression"),
            strict=False,
        ):
            if not expr.type.is_text and expr.type.base != "unknown":
                raise AthenaError(
                    "TYPE_MISMATCH",
                    f"{what} must evaluate to a varchar (actual: {expr.type})",
                    expr.line,
                    expr.column,
                )
        template = "({0} LIKE {1} ESCAPE {2})" if node.escape is not None else "({0} LIKE {1} ESCAPE '')"
        if len(texts) == 3 and all(e.op == "literal" and isinstance(e.value, str) for e in texts[1:]):
            literals.check_pattern(texts[1].value, texts[2].value)
        return call("like", types.BOOLEAN, template, *texts, line=node.line, column=node.column)

    def _bind_isnull(self, node):
        return call(
            "is null", types.BOOLEAN, "({0} IS NULL)", self.bind(node.value), line=node.line, column=node.column
        )

    def _bind_isdistinct(self, node):
        return operators.distinct_from(self.bind(node.left), self.bind(node.right), node.line, node.column)

    def _bind_case(self, node):
        operand = self.bind(node.operand) if node.operand is not None else None
        args, results = [], []
        for condition, result in node.whens:
            if operand is None:
                args.append(self.boolean(condition, "CASE WHEN clause must evaluate to a boolean (actual: {})"))
            else:
                args.append(self._when(operand, self.bind(condition), condition))
            results.append(self.bind(result))
        if node.default is not None:
            results.append(self.bind(node.default))
        written = [result for _, result in node.whens] + ([node.default] if node.default is not None else [])
        message = "All CASE results must be the same type or coercible to a common type"
        self.common(results, message, written)
        return self.case(args, results, node, message)

    @staticmethod
    def _when(operand, value, node):
        if coercions.common_type(operand.type, value.type) is None:
            message = f"CASE operand type does not match WHEN clause operand type: {operand.type} vs {value.type}"
            raise AthenaError("TYPE_MISMATCH", message, node.line, node.column)
        return operators.comparison("=", operand, value, node.line, node.column)

    def case(self, conditions, results, node, message):
        """CASE over bound conditions; one more result than conditions is the ELSE."""
        common = self.common(results, message)
        results = [coerce(r, common) for r in results]

        def template(texts):
            whens, thens = texts[: len(conditions)], texts[len(conditions) :]
            parts = "".join(f" WHEN {w} THEN {t}" for w, t in zip(whens, thens, strict=False))
            return f"CASE{parts}{f' ELSE {thens[-1]}' if len(thens) > len(whens) else ''} END"

        return call("case", common, template, *conditions, *results, line=node.line, column=node.column)

    @staticmethod
    def common(exprs, message, nodes=None):
        """The common type of several expressions; the error is at the first of a type that does not fit.

        `nodes`: where they were written, if not where they say.
        """
        common, kinds = types.UNKNOWN, list(dict.fromkeys(str(e.type) for e in exprs))
        for expr, at in zip(exprs, nodes or exprs, strict=True):
            merged = coercions.common_type(common, expr.type)
            if merged is None:
                raise AthenaError(
                    "TYPE_MISMATCH",
                    f"{message}. Cannot find common type between {common} and {expr.type}, "
                    f"all types (without duplicates): [{', '.join(kinds)}]",
                    at.line,
                    at.column,
                )
            common = merged
        return common

    def _bind_cast(self, node):
        target = type_named(node.type, node, "TYPE_MISMATCH")
        if target.base == "unknown":
            raise AthenaError("TYPE_MISMATCH", "UNKNOWN is not a valid type", node.line, node.column)
        return cast(self.bind(node.value), target, node.safe, node.line, node.column)

    def _bind_extract(self, node):
        name = _EXTRACT.get(node.part, node.part.lower())
        value = self.bind(node.value)
        if value.type.base not in _PARTS_OF[node.part]:
            message = f"Cannot extract {node.part} from {value.type}"
            raise AthenaError("TYPE_MISMATCH", message, node.value.line, node.value.column)
        return calls.function(self, name, node, [value])

    def _bind_attimezone(self, node):
        value = self.bind(node.value)
        if not value.type.base.startswith(("time", "unknown")):
            message = f"Type of value must be a time or timestamp with or without time zone (actual {value.type})"
            raise AthenaError("TYPE_MISMATCH", message, node.value.line, node.value.column)
        if value.type.base == "timestamp":
            value = coerce(value, types.timestamp(value.type.args[0], zone=True))
        elif value.type.base == "time":
            value = coerce(value, types.time(value.type.args[0], zone=True))
        return calls.function(self, "at_timezone", node, [value, self.bind(node.zone)])

    # ---- constructors

    def _bind_arrayliteral(self, node):
        items = [self.bind(i) for i in node.items]
        element = types.UNKNOWN
        if items:
            element = self.common(
                items, "All ARRAY elements must be the same type or coercible to a common type", node.items
            )
        template = lambda texts: "[" + ", ".join(texts) + "]" if texts else f"CAST([] AS {element.duckdb}[])"  # noqa: E731
        args = [coerce(i, element) for i in items]
        return call("array", types.array(element), template, *args, line=node.line, column=node.column)

    def _bind_rowliteral(self, node):
        items = [self.bind(i) for i in node.items]
        template = lambda texts: "struct_pack(" + ", ".join(f"f{i} := {t}" for i, t in enumerate(texts)) + ")"  # noqa: E731
        return call(
            "row", types.row(*((None, i.type) for i in items)), template, *items, line=node.line, column=node.column
        )

    def _bind_subscript(self, node):
        base, index = self.bind(node.base), self.bind(node.index)
        if base.type.base == "row":
            if index.op != "literal" or not index.type.is_integer:
                raise AthenaError(
                    "TYPE_MISMATCH", "Subscript expression on ROW requires a constant index", node.line, node.column
                )
            if not 1 <= index.value <= len(base.type.args):
                raise AthenaError(
                    "INVALID_FUNCTION_ARGUMENT", f"ROW index out of bounds: {index.value}", node.line, node.column
                )
            return self.field_of(base, base.type.fields[index.value - 1][0], base.type.args[index.value - 1][1])
        if base.type.base not in ("array", "map"):
            message = f"Cannot use {index.type} for subscript of {base.type}"
            raise AthenaError("TYPE_MISMATCH", message, node.line, node.column)
        key = types.BIGINT if base.type.base == "array" else base.type.args[0]
        if coercions.common_type(index.type, key) != key:
            message = f"Cannot use {index.type} for subscript of {base.type}"
            raise AthenaError("TYPE_MISMATCH", message, node.line, node.column)
        return calls.function(self, "subscript", node, [base, index])

    def _bind_call(self, node):
        return calls.bind(self, node)

    def _bind_jsoncall(self, node):
        return sql_json.bind(self, node)

    def lambda_body(self, node, inputs):
        """A lambda whose parameters have the types `inputs` → Expr of its body's type."""
        if len(node.parameters) != len(inputs):
            raise AthenaError(
                "INVALID_PARAMETER_USAGE",
                f"Expected a lambda that takes {len(inputs)} argument(s) but got {len(node.parameters)}",
                node.line,
                node.column,
            )
        if len(self._lambda_parameters) >= _NESTED_LAMBDAS:
            message = f"lambdas nested more than {_NESTED_LAMBDAS} deep"
            raise AthenaError("NOT_SUPPORTED", message, node.line, node.column)
        names = [f"{p.lower()}_{next(_lambda_names)}" for p in node.parameters]
        bound = {
            p.lower(): Expr(t, "parameter", value=n, line=node.line, column=node.column)
            for p, n, t in zip(node.parameters, names, inputs, strict=True)
        }
        self._lambda_parameters.append(bound)
        try:
            body = self.bind(node.body)
        finally:
            self._lambda_parameters.pop()
        head = ", ".join(f'"{n}"' for n in names)
        return Expr(body.type, "lambda", (body,), lambda texts: f"lambda {head}: {texts[0]}", tuple(names))
