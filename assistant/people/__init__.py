"""Who may sign in, what each has asked and said, and what of it is kept."""
