"""The matrix: every argument that names something, called for what belongs to somebody else."""
