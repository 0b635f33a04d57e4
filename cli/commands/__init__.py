"""The commands: a module a noun, whose `COMMAND` the root finds by its place."""
