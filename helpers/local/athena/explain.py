"""EXPLAIN: the plan as text, with the partitions and columns that are left after pruning. Reads no data."""

import json
import re

from . import types
from .errors import AthenaError
from .outcome import Outcome, ResultColumn
from .queries import bound_parameters, plan, select
from .sql import statement_tree
from .tables import Tables
from .translate.pattern_relation import Matched
from .translate.plans import RecursivePlan, RowsPlan, SelectPlan, SetPlan
from .translate.pruning import table_scan
from .translate.relations import Derived, Joined, RowsOf, Sample, Scan
from .writers import insert


def explain(statement, context):
    """A statement_tree.Explain → Outcome."""
    inner = statement.statement
    writing = _WRITING.get(type(inner))
    if not isinstance(inner, statement_tree.SelectStatement) and (writing is None or statement.analyze):
        what = "EXPLAIN ANALYZE" if statement.analyze else "EXPLAIN"
        raise AthenaError("NOT_SUPPORTED", f"{what} of {inner.substatement_type} is not supported by this endpoint")
    kind = statement.options.get("TYPE", "DISTRIBUTED")
    form = statement.options.get("FORMAT", "TEXT")
    inner.parameters = statement.parameters
    target = writing(inner, context) if writing else None
    planned = plan(inner.query, context, bound_parameters(inner, context))
    if kind == "VALIDATE":
        return Outcome([ResultColumn.of("Valid", types.BOOLEAN)], [["true"]], file="txt")
    if kind == "IO":
        lines = [*_json_lines(_inputs(planned)), ""]
    else:
        lines = _output(planned, target) + _lines(planned.tree, 3 if target else 1, context)
        if form == "JSON":
            root = _as_json(lines)
            lines = _json_lines(root if kind == "LOGICAL" else {"0": root})
        elif form == "GRAPHVIZ":
            lines = _graph(_as_json(lines), kind)
    if statement.analyze:
        count = sum(1 for _ in select(inner, context).rows)
        if form == "TEXT":
            lines += [f"Output rows: {count}", f"Data scanned: {context.scanned_bytes} bytes"]
    return Outcome([ResultColumn.of("Query Plan", types.VARCHAR)], [[line] for line in lines], file="txt")


def _new_table(statement, context):
    """What CREATE TABLE AS would write to: it must not be there yet."""
    catalog, database, name = _qualified(statement.name, context)
    if context.services.catalog.table(database, name) is not None and not statement.if_not_exists:
        message = f"Destination table '{catalog}.{database}.{name}' already exists"
        raise AthenaError("TABLE_ALREADY_EXISTS", message, 1, 1)
    return f"{catalog}:{database}:{name}"


def _present_table(statement, context):
    """What INSERT would write to, if it may."""
    table, *_ = insert.planned(statement, context)
    return f"awsdatacatalog:{table.database}:{table.name}"


def _qualified(name, context):
    return Tables(context.services.catalog, context.catalog, context.database).qualify(name)


# The statements that write the rows of a query → what names their target.
_WRITING = {
    statement_tree.CreateTableAs: _new_table,
    statement_tree.InsertInto: _present_table,
    statement_tree.Unload: lambda statement, context: statement.to,
}


def _inputs(planned):
    """What EXPLAIN (TYPE IO) shows: the tables read and the columns of each; costs are not estimated here."""
    tables = [
        {
            "table": {
                "catalog": "awsdatacatalog",
                "schemaTable": {"schema": scan.table.database, "table": scan.table.name},
            },
            "columns": [scan.columns[i][0] for i in sorted(scan.needed)],
        }
        for scan in planned.scans
    ]
    unknown = dict.fromkeys(("outputRowCount", "outputSizeInBytes", "cpuCost", "maxMemory", "networkCost"), "NaN")
    return {"inputTableColumnInfos": tables, "estimate": unknown}


def _json_lines(value):
    return json.dumps(value, indent=2, separators=(",", " : ")).split("\n")


def _as_json(lines):
    """The lines of a plan as Trino's JSON of it: a node with its children, without estimates."""
    above = []  # the nodes from the root to the one before, by depth
    for number, line in enumerate(lines):
        text = line.lstrip()
        depth = (len(line) - len(text)) // 4
        name, _, rest = text.removeprefix("- ").partition("[")
        node = {
            "id": str(number),
            "name": name.split(" ")[0],
            "descriptor": dict(re.findall(r"(\w+) = (\[[^]]*\]|[^,\]]+)", rest)),
            "outputs": [],
            "details": [],
            "estimates": [],
            "children": [],
        }
        if depth:
            above[depth - 1]["children"].append(node)
        above[depth:] = [node]
    return above[0]


def _graph(root, kind):
    """The nodes of a plan and what feeds each, in the language of Graphviz."""
    lines = [f"digraph {'logical' if kind == 'LOGICAL' else 'distributed'}_plan {{"]
    arrows, left = [], [root]
    while left:
        node = left.pop(0)
        details = "".join(f"|{key}: {value}" for key, value in node["descriptor"].items())
        label = re.sub(r'(["<>{}])', r"\\\1", f"{node['name']}{details}")
        lines.append(f'plannode_{node["id"]}[label="{{{label}}}", style="rounded, filled", shape=record];')
        for child in node["children"]:
            arrows.append(f"plannode_{node['id']} -> plannode_{child['id']};")
            left.append(child)
    return [*lines, *arrows, "}"]


def _output(planned, target):
    if target is not None:
        writers = [f"    - TableCommit[target = {target}]", "        - TableWriter"]
        return ["- Output[columnNames = [rows]] => [rows:bigint]", *writers]
    shown = ", ".join(f"{name}:{t}" for name, t in planned.columns)
    return [f"- Output[columnNames = [{', '.join(n for n, _ in planned.columns)}]] => [{shown}]"]


def _lines(plan, depth, context):
    pad = "    " * depth
    if isinstance(plan, SetPlan):
        return [
            f"{pad}- {plan.op.title()}",
            *_lines(plan.left, depth + 1, context),
            *_lines(plan.right, depth + 1, context),
        ]
    if isinstance(plan, RowsPlan):
        return [f"{pad}- Values[{len(plan.rows)} rows]"]
    if isinstance(plan, RecursivePlan):
        return [f"{pad}- Recursive", *_lines(plan.step, depth + 1, context)]
    return _select_lines(plan, depth, context)


def _select_lines(plan: SelectPlan, depth, context):
    lines = []

    def step(text):
        lines.append("    " * (depth + len(lines)) + "- " + text)

    if plan.limit is not None:
        step(f"Limit[count = {plan.limit}]")
    if plan.order_by:
        step("Sort")
    if plan.distinct:
        step("Distinct")
    if plan.windowed:
        step("Window")
    if plan.aggregated:
        step("Aggregate" + ("" if plan.grouping is None else "[grouped]"))
    if plan.where is not None:
        step("Filter")
    below = depth + len(lines)
    return lines + (
        _relation_lines(plan.relation, below, context)
        if plan.relation is not None
        else ["    " * below + "- Values[1 row]"]
    )


def _relation_lines(relation, depth, context):
    pad = "    " * depth
    if isinstance(relation, Joined):
        head = "CrossJoin" if relation.kind == "cross" else f"{relation.kind.title()}Join"
        return [
            f"{pad}- {head}",
            *_relation_lines(relation.left, depth + 1, context),
            *_relation_lines(relation.right, depth + 1, context),
        ]
    if isinstance(relation, Derived):
        return _lines(relation.plan, depth, context)
    if isinstance(relation, Sample):
        return [f"{pad}- Sample", *_relation_lines(relation.relation, depth + 1, context)]
    if isinstance(relation, RowsOf):
        return [f"{pad}- Unnest"]
    if isinstance(relation, Scan):
        return [pad + "- " + _scan_text(relation, context)]
    if isinstance(relation, Matched):
        return [f"{pad}- PatternRecognition", *_lines(relation.plan, depth + 1, context)]
    return [f"{pad}- Values"]


def _scan_text(scan, context):
    table = scan.table
    wanted, empty = table_scan(scan, context.services.duck.connect)
    shown = f"TableScan[table = awsdatacatalog:{table.database}:{table.name}, columns = [{', '.join(wanted.columns)}]"
    if table.partition_keys:
        every = len(context.services.catalog.partitions(table))
        left = (
            []
            if empty
            else context.services.catalog.partitions(table, wanted.partition_domains, wanted.partition_predicate)
        )
        shown += f", partitions = {len(left)} of {every}"
    return shown + "]"
