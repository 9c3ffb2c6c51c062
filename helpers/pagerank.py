"""PageRank in plain NumPy, to check what another engine computed.

    import pagerank; pagerank.ranks(links.toPandas(), steps=10)     # a Series: node → rank, largest first
"""

from __future__ import annotations

import numpy as np
import pandas as pd

DAMPING = 0.85  # Brin and Page, "The Anatomy of a Large-Scale Hypertextual Web Search Engine" (1998), section 2.1


def ranks(links: pd.DataFrame, steps: int | None = None, damping: float = DAMPING) -> pd.Series:
    """The rank of every node, largest first; the ranks add up to 1.

    links    columns src, dst, share: of a visitor at src, this share goes on to dst; each src's shares add to 1
    steps    how often to pass the ranks on, from equal ranks; None for the limit, solved as linear equations

    Raises ValueError when a node has no link out: its rank would be lost.
    """
    nodes = sorted(set(links["src"]) | set(links["dst"]))
    lost = sorted(set(nodes) - set(links["src"]))
    if lost:
        raise ValueError(f"no link leads out of {', '.join(map(str, lost))}")
    flow = links.pivot(index="dst", columns="src", values="share").reindex(index=nodes, columns=nodes)
    flow = flow.fillna(0).to_numpy(dtype=float)
    jump = np.full(len(nodes), (1 - damping) / len(nodes))
    if steps is None:
        found = np.linalg.solve(np.eye(len(nodes)) - damping * flow, jump)
    else:
        found = np.full(len(nodes), 1 / len(nodes))
        for _ in range(steps):
            found = jump + damping * flow @ found
    return pd.Series(found, index=nodes).sort_values(ascending=False, kind="stable")
