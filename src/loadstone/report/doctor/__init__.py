"""What is wrong with the imports of an environment, or will be: checks with codes, evidence and remedies."""
