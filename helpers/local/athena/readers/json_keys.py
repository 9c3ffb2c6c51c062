"""How JSON files spell the fields of a schema: names are matched whatever their case, DuckDB's JSON paths are not.

The spellings of a file are looked up once per version of it, for the paths that the schema names.
"""

from .values import literal


class Spelling:
    """`of(path, field)` → the keys that stand for a field of the object at `path` (() is the line itself)."""

    def __init__(self, source, parsed):
        self.source, self.parsed = source, parsed
        self.ignore_case = source.flag("case.insensitive", True)
        self.dots = source.flag("dots.in.keys")
        self.mapped = {
            key[len("mapping.") :]: value for key, value in source.properties.items() if key.startswith("mapping.")
        }
        self.found = {}
        self.look_up(self.objects_of_schema())

    def objects_of_schema(self):
        """(path, JSON paths) of every object whose fields the schema names, parents first."""
        objects = [((), None)]
        for w in self.source.wanted:
            _objects(w.type, (w.name,), objects)
        return objects

    def look_up(self, objects):
        """Fill `found`, one level of nesting after the other: deeper paths need the keys above them."""
        for depth in sorted({len(path) for path, _ in objects}):
            level = [(path, self.json_paths(steps)) for path, steps in objects if len(path) == depth]
            places = [(path, json_path) for path, json_paths in level for json_path in json_paths]
            if not places:
                continue
            keys = self.distinct([json_path for _, json_path in places])
            for (path, _), found in zip(places, keys, strict=True):
                self.found.setdefault(path, {}).update(dict.fromkeys(found))

    def json_paths(self, steps):
        """The JSON paths, as the files spell them, of an object given as ((parent path, field, suffix), …)."""
        paths = ["$"]
        for parent, field, suffix in steps or ():
            spelled = [""] if field is None else [f'."{_escaped(key)}"' for key in self.of(parent, field)]
            paths = [before + key + suffix for before in paths for key in spelled]
        return paths

    def distinct(self, json_paths):
        """For each JSON path the keys that occur there in any line of any file."""
        objects, files = self.source.objects, self.source.files
        kept = [[objects.memo(f, ("keys", p), lambda: None) for p in json_paths] for f in files]
        if any(None in row for row in kept):
            columns = ", ".join(_keys_at(path) for path in json_paths)
            rows = self.source.owner.execute(
                f'SELECT DISTINCT "$file", {columns} FROM ({self.parsed}) WHERE j IS NOT NULL'
            ).fetchall()
            kept = [[set() for _ in json_paths] for _ in files]
            for index, *lists in rows:
                for into, keys in zip(kept[index], lists, strict=True):
                    into.update(keys or ())
            for file, row in zip(files, kept, strict=True):
                for path, keys in zip(json_paths, row, strict=True):
                    objects.remember(file, ("keys", path), frozenset(keys))
        return [sorted(set().union(*(row[i] for row in kept))) for i in range(len(json_paths))]

    def of(self, path, field):
        """The keys that stand for `field`, the best match first."""
        wanted = self.mapped.get(field, field)
        keys = self.found.get(path, {})
        if self.ignore_case:
            matches = [key for key in keys if key.lower() == wanted.lower()]
        else:
            matches = [key for key in keys if key == wanted]
        if self.dots and "_" in field:
            matches += [k for k in keys if k not in matches and "." in k and k.replace(".", "_").lower() == field]
        return sorted(matches, key=lambda key: key != wanted)


def _objects(t, path, found, steps=None, suffix=""):
    """Collect the objects below a column; arrays add [*] to the JSON path, maps .*"""
    parent = path[:-1] if path[-1] != "*" else path
    steps = steps if steps is not None else ()
    step = (parent, path[-1], "")
    if t.base == "row":
        here = (*steps, (step[0], step[1], suffix))
        found.append((path, here))
        for field, inner in t.fields:
            _objects(inner, (*path, field), found, here)
    elif t.base == "array":
        _objects(t.args[0], path, found, steps, suffix + "[*]")
    elif t.base == "map":
        here = (*steps, (step[0], step[1], suffix + ".*"))
        _below_map(t.args[1], (*path, "*"), found, here)


def _below_map(t, path, found, steps):
    if t.base == "row":
        here = (*steps, (path, None, ""))
        found.append((path, here))
        for field, inner in t.fields:
            _objects(inner, (*path, field), found, here)
    elif t.base == "array":
        _below_map(t.args[0], path, found, (*steps, (path, None, "[*]")))
    elif t.base == "map":
        _below_map(t.args[1], (*path, "*"), found, (*steps, (path, None, ".*")))


def _keys_at(path):
    if "*" in path:
        return f"list_sort(list_distinct(flatten(json_keys(j, {literal(path)}))))"
    return "json_keys(j)" if path == "$" else f"json_keys(j, {literal(path)})"


def _escaped(key):
    return key.replace("\\", "\\\\").replace('"', '\\"')
