"""Trino's window functions (functions/window)."""

from helpers.local.athena.functions.registry import window

for _name in ("row_number", "rank", "dense_rank"):
    window(f"{_name}() -> bigint", f"{_name}(){{tail}}")
for _name in ("percent_rank", "cume_dist"):
    window(f"{_name}() -> double", f"{_name}(){{tail}}")
window("ntile(bigint) -> bigint", "ntile({0}){tail}")
for _name in ("first_value", "last_value"):
    window(f"{_name}(T) -> T", f"{_name}({{0}}){{tail}}")
window("nth_value(T, bigint) -> T", "nth_value({0}, {1}){tail}")
for _name in ("lead", "lag"):
    window(f"{_name}(T) -> T", f"{_name}({{0}}){{tail}}")
    window(f"{_name}(T, bigint) -> T", f"{_name}({{0}}, {{1}}){{tail}}")
    window(f"{_name}(T, bigint, T) -> T", f"{_name}({{0}}, {{1}}, {{2}}){{tail}}")
