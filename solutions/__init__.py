"""Reference answers, diagnoses and model answers of the course. See CONTRIBUTING.md."""
