"""The command line as its users type it, on working folders of their own."""
