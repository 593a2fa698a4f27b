"""Brings the repositories into Bazel 7's modules."""

load(":repositories.bzl", "redis_repositories")

def _redis(_ctx):
    redis_repositories()

redis = module_extension(implementation = _redis)
