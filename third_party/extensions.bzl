"""Brings the external repositories into Bazel 7's modules."""

load(":repositories.bzl", "rondo_repositories")

def _repositories_impl(_ctx):
    rondo_repositories()

repositories = module_extension(implementation = _repositories_impl)
