"""The course as a whole: run every lesson, keep the committed notebooks tidy, make the pages to browse.

    python -m helpers.course run          every lesson through papermill; pages under build/course/
    python -m helpers.course execute …    run lessons in place and write their outputs (for authors)
    python -m helpers.course normalise …  strip what differs between machines from committed notebooks

notebooks.py   what a lesson's file contains, and its normal form
parameters.py  which parameters a lesson takes; refuses others before anything runs
execution.py   run one notebook
usage.py       what the queries of a lesson scanned, asked from Athena itself
figures.py     how each lesson's latest run went, kept beside the pages
pages.py       notebooks → HTML that needs no network
runner.py      the whole course, one lesson after the other
"""

import sys

# To import nbformat is to import jsonschema, which builds a grammar of internationalised addresses: two seconds, for
# a check that no notebook needs. Without that package jsonschema leaves the check out.
sys.modules.setdefault("rfc3987_syntax", None)
