"""Singer plugins in which tables travel as whole CSV files, written and read by COPY."""

__version__ = "1.0.0"
