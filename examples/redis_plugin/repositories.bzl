"""What this plugin needs besides what Rondo needs."""

load("@rondo//third_party:debian.bzl", "debian_library")

def redis_repositories():
    """Declares it."""
    debian_library(
        name = "hiredis",
        header = "hiredis/async.h",
        libs = ["hiredis"],
        package = "libhiredis-dev",
    )
