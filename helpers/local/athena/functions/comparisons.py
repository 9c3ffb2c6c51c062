"""greatest and least (functions/comparison): NULL when an argument is NULL, unlike DuckDB's."""

from helpers.local.athena.functions.registry import scalar


def _extreme(name):
    def sql(args, kinds):
        if len(args) == 1:
            return args[0]
        present = " AND ".join(f"({a}) IS NOT NULL" for a in args)
        del kinds
        return f"CASE WHEN {present} THEN {name}({', '.join(args)}) END"

    return sql


for _name in ("greatest", "least"):
    scalar(f"{_name}(T, T...) -> T", _extreme(_name))
