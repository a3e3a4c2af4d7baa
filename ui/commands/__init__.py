"""One module a command of `winnow`. Each owns its flags and what it prints; none of them judges."""
