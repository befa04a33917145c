"""The AS2 server: one path for partners' machines, and nothing else."""
