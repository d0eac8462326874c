"""Servers of AgentGym (HTTP and JSON, an environment by its number) as environments of the protocol."""
