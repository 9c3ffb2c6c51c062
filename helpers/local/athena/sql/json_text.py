"""SQL/JSON's functions as Trino's ExpressionFormatter writes them, with the clauses that they have by default."""

_WRAPPERS = {
    "without": " WITHOUT ARRAY WRAPPER",
    "conditional": " WITH CONDITIONAL ARRAY WRAPPER",
    "unconditional": " WITH UNCONDITIONAL ARRAY WRAPPER",
}


class JsonText:
    """One method for each kind of tree.JsonCall; the class that extends it knows the other nodes."""

    def _jsoncall(self, node):
        return f"JSON_{node.kind.upper()}({getattr(self, f'_json_{node.kind}')(node)})"

    def _json_exists(self, node):
        return f"{self._invocation(node)} {self._behaviour(node.on_error or 'false')} ON ERROR"

    def _json_value(self, node):
        return f"{self._invocation(node)}{self._returned(node)}{self._on(node)}"

    def _json_query(self, node):
        quotes = f" {node.quotes.upper()} QUOTES ON SCALAR STRING" if node.quotes else ""
        return f"{self._invocation(node)}{self._returned(node)}{_WRAPPERS[node.wrapper]}{quotes}{self._on(node)}"

    def _json_array(self, node):
        elements = ", ".join(self._formatted(*argument) for argument in node.arguments)
        nulls = f" {node.nulls.upper()} ON NULL" if elements else ""
        return elements + nulls + self._returned(node)

    def _json_object(self, node):
        members = ", ".join(f"KEY {self.text(key)} VALUE {self._formatted(*value)}" for key, value in node.members)
        clauses = f" {node.nulls.upper()} ON NULL WITH{'' if node.unique else 'OUT'} UNIQUE KEYS" if members else ""
        return members + clauses + self._returned(node)

    def _invocation(self, node):
        value, encoding = node.arguments[0]
        passing = ", ".join(f"{self._formatted(*v)} AS {self.identifier(name)}" for name, v in node.passing)
        shown = f"{self._formatted(value, encoding or 'UTF8')}, {self.string(node.path)}"
        return shown + (f" PASSING {passing}" if passing else "")

    def _formatted(self, value, encoding):
        encoded = f" ENCODING {encoding}" if encoding not in (None, "UTF8") else ""
        return self.text(value) + (f" FORMAT JSON{encoded}" if encoding else "")

    def _returned(self, node):
        if node.returning is None:
            return ""
        return f" RETURNING {self.type(node.returning)}" + (" FORMAT JSON" if node.output_format else "")

    def _on(self, node):
        return f" {self._behaviour(node.on_empty)} ON EMPTY {self._behaviour(node.on_error)} ON ERROR"

    def _behaviour(self, behaviour):
        if behaviour is None or isinstance(behaviour, str):
            return (behaviour or "null").upper()
        return f"DEFAULT {self.text(behaviour)}"
