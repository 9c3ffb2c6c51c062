"""ibis as its documentation uses it; pandas says what is right.

Its own default, PyAthena's ArrowCursor, cannot reach a local endpoint: docs/clients.md says why, and what to use.
"""

import json

import pandas as pd
import pytest

ORDERS = {"id": [1, 2, 3, 4], "region": ["north", "south", "north", "east"], "price": [1.5, None, 2.0, 4.0]}
SESSION = """
import json
import pandas as pd
from ibis import _

shop.create_table("orders", pd.DataFrame({orders}))
orders = shop.table("orders")
by_region = orders.group_by("region").agg(n=_.count(), price=_.price.sum()).order_by("region")
shop.create_view("dear", orders.filter(_.price > 1.8))
print("\\n" + json.dumps({{
    "databases": shop.list_databases(),
    "tables": [name for name in shop.list_tables() if "memtable" not in name],
    "schema": {{name: str(kind) for name, kind in orders.schema().items()}},
    "by_region": by_region.execute().to_dict("list"),
    "view": sorted(shop.table("dear").id.to_pyarrow().to_pylist()),
    "joined": orders.join(shop.table("dear"), "id").count().execute(),
    "none": orders.filter(_.id < 0).execute().to_dict("list"),
    "window": orders.mutate(r=_.price.rank()).order_by("id").execute()["r"].tolist(),
    "sql": shop.sql("SELECT max(price) AS p FROM orders").p.to_pyarrow().to_pylist(),
}}))
{snippet}
assert rows == 4, rows
shop.drop_view("dear")
shop.drop_table("orders")
print(json.dumps([name for name in shop.list_tables() if "memtable" not in name]))
"""


@pytest.mark.usefixtures("shop")
def test_a_session(program, snippets, tmp_path):
    connect, count = snippets["ibis"].rsplit("rows = ", 1)
    connect = connect.replace("cursor_class", "poll_interval=0.02, cursor_class")
    script = tmp_path / "session.py"
    script.write_text(connect + SESSION.format(orders=ORDERS, snippet="rows = " + count))
    *_, told, left = program("python", str(script)).splitlines()
    told = json.loads(told)

    frame = pd.DataFrame(ORDERS)
    grouped = frame.groupby("region").agg(n=("id", "size"), price=("price", lambda p: p.sum(min_count=1)))
    dear = frame[frame["price"] > 1.8]
    assert "shop" in told["databases"] and {"orders", "dear"} <= set(told["tables"])
    assert told["schema"] == {"id": "int64", "region": "string", "price": "float64"}
    answer = pd.DataFrame(told["by_region"]).astype({"price": float})
    pd.testing.assert_frame_equal(answer, grouped.reset_index(), check_dtype=False)
    assert told["view"] == dear["id"].tolist() and told["joined"] == len(dear)
    assert told["none"] == {"id": [], "region": [], "price": []}
    ranks = frame["price"].rank(na_option="bottom").sub(1).astype(int).tolist()  # NULL comes last
    assert told["window"] == ranks
    assert told["sql"] == [4.0]
    assert not {"orders", "dear"} & set(json.loads(left))
