"""The commands: a module or a package for each noun. `cli.places` says where the root finds its `COMMAND`."""
