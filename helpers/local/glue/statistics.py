"""Column statistics of tables and partitions, as Glue keeps them; Trino's connectors write and read them."""

import threading

from .backend import not_found

_TABLE, _PARTITION = "Table", "Partition"


class ColumnStatistics:
    """By table or partition and its time of creation: what is made anew has no statistics."""

    def __init__(self):
        self._lock = threading.Lock()
        self._kept = {}  # place → {column, lower-case: ColumnStatistics of the API}

    def operations(self):
        """The six operations by name."""
        return {
            f"{verb}ColumnStatisticsFor{kind}": lambda ask, request, rule=rule, kind=kind: rule(ask, request, kind)
            for verb, rule in (("Get", self._get), ("Update", self._update), ("Delete", self._delete))
            for kind in (_TABLE, _PARTITION)
        }

    def _get(self, ask, request, kind):
        place, columns = _place(ask, request, kind)
        with self._lock:
            kept = dict(self._kept.get(place, {}))
        asked = [name.lower() for name in request["ColumnNames"]]
        unknown = [name for name in asked if name not in columns]
        return {
            "ColumnStatisticsList": [kept[name] for name in asked if name in kept and name in columns],
            "Errors": [{"ColumnName": name, "Error": _missing(name)} for name in unknown],
        }

    def _update(self, ask, request, kind):
        place, columns = _place(ask, request, kind)
        given = request["ColumnStatisticsList"]
        known = {each["ColumnName"].lower(): each for each in given if each["ColumnName"].lower() in columns}
        with self._lock:
            self._kept[place] = self._kept.get(place, {}) | known
        unknown = [each for each in given if each["ColumnName"].lower() not in columns]
        return {"Errors": [{"ColumnStatistics": each, "Error": _missing(each["ColumnName"])} for each in unknown]}

    def _delete(self, ask, request, kind):
        place, _ = _place(ask, request, kind)
        with self._lock:
            removed = self._kept.get(place, {}).pop(request["ColumnName"].lower(), None)
        if removed is None:
            raise not_found(f"Column statistics of {request['ColumnName']} not found.")
        return {}


def _place(ask, request, kind):
    """(the key of a table or partition, the names of its columns). Refused where there is none."""
    names = {"DatabaseName": request["DatabaseName"]}
    found = ask("GetTable", {**names, "Name": request["TableName"]})["Table"]
    values, made = (), found["CreateTime"]
    described = [*found.get("StorageDescriptor", {}).get("Columns", []), *found.get("PartitionKeys", [])]
    if kind == _PARTITION:
        values = tuple(request["PartitionValues"])
        wanted = {**names, "TableName": request["TableName"], "PartitionValues": list(values)}
        made = ask("GetPartition", wanted)["Partition"]["CreationTime"]
    columns = {column["Name"].lower() for column in described}
    return (found["DatabaseName"], found["Name"], values, made), columns


def _missing(name):
    return {"ErrorCode": "EntityNotFoundException", "ErrorMessage": f"Column {name} not found."}
