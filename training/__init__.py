"""Training: letter writers from files. Never opens a store, so screened letters can't train a writer."""
