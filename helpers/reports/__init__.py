"""The sales report: what it says, and the program that makes many of them (`python -m helpers.report`).

story.py      the parts of one report, used by notebooks/12_sales_report.ipynb
currency.py   USD into another currency, at dated example rates
warnings.py   what may be wrong with the data, in sentences
months.py     the picture by month
layout.py     a table in HTML and in text
wanted.py     parameters from options and files → the list of reports to make, or one line that refuses them
kernels.py    a kernel for each report, forked from a process that has imported everything already
nursery.py    that process
making.py     run the reports side by side; failures, interruptions, resuming
files.py      the folder of a report: whole or not there
pages.py      report and index as HTML that needs no network
"""
