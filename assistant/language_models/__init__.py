"""Language models: which there are, how each is opened, waited for and stopped."""
