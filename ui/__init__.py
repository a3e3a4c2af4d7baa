"""User interface: the command line, its settings and what a person sees. Holds no judging logic."""
