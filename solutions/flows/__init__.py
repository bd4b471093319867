"""Authored exercises: reference, variants, mistakes, checks, hints and worked answer, one file each."""
