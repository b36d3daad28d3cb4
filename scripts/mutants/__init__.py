"""Mutation testing of the Python side: small mistakes are planted one by one, and the tests have to notice each."""
