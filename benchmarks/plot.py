"""Draws the plots."""


def write_all(results, folder):
    return ""
