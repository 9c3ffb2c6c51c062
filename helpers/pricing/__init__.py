"""The cost arithmetic in small modules; `helpers.costs` is the one place lessons import it from.

Dependencies go one way: money ← price_list ← each service ← throughput, breakeven, hybrid ← cli.
"""
