"""The machinery of the checks. It knows no particular exercise; a learner never needs to open it."""
