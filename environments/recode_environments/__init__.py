"""Text environments behind the environment protocol (docs/environments.md), each in a process of its own."""
