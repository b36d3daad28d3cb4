"""The judgement of one framework's run by the other: its steps are taken again, and its model is tested again."""
