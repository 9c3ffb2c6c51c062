"""What the lessons import: small modules, each one thing, each readable in one sitting.

The same code talks to the local endpoint and to a real AWS account; only `helpers.lab` knows which it is.
"""
