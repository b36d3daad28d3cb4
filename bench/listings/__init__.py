"""The document's two listings by hand: the same file and function names in both frameworks.

The listings keep the document's words, which the frameworks' stubs don't always know: no types are checked here.
"""
