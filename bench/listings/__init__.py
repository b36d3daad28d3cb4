"""Two plain scripts that fine-tune a ResNet-50 as docs/document.md describes, one for each framework.

Both have the same functions under the same names. The frameworks' stubs miss parts of what they call, so pyright leaves
this folder out.
"""
