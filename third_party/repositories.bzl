"""The external repositories of Rondo, and of every workspace that builds plugins for it."""

load(":debian.bzl", "debian_files", "debian_library", "debian_source")

def _coverage_tools_impl(ctx):
    ctx.file("BUILD", """
[
    alias(
        name = name,
        actual = "@rondo//third_party:coverage",
        visibility = ["//visibility:public"],
    )
    for name in ["coverage_report_generator", "lcov_merger"]
]
""")

_coverage_tools = repository_rule(
    doc = "The tools of `bazel coverage`; `bazel test` asks for them too.",
    implementation = _coverage_tools_impl,
)

# Debian ships Node's parser as the C files that its generator made. They hold it twice: only the
# strict one wants an LF behind every CR, a CRLF behind a chunk, and ASCII in a target.
_LLHTTP_BUILD = """
cc_library(
    name = "llhttp",
    srcs = ["api.c", "http.c", "llhttp.c"],
    hdrs = ["llhttp.h"],
    defines = ["LLHTTP_STRICT_MODE=1"],
    includes = ["."],
    visibility = ["//visibility:public"],
)
"""

def rondo_repositories():
    """Declares them."""
    debian_source(
        name = "com_google_absl",
        file = "abseil_20240722.0.orig.tar.gz",
        sha256 = "df6d1f5ef540725f3851201176a60486aab332410788465c9877910bb471c34a",
    )
    debian_source(
        name = "com_google_googletest",
        file = "googletest_1.12.1.orig.tar.gz",
        sha256 = "81964fe578e9bd7c94dfdb09c8e4d6e6759e19967e397dbea48d1c10e45d0df2",
    )
    debian_source(
        name = "com_google_benchmark",
        file = "benchmark_1.7.1.orig.tar.gz",
        sha256 = "6430e4092653380d9dc4ccb45a1e2dc9259d581f4866dc0759713126056bc1d7",
    )
    debian_library(
        name = "argon2",
        header = "argon2.h",
        libs = ["argon2"],
        package = "libargon2-dev",
    )
    debian_library(
        name = "openssl",
        header = "openssl/ssl.h",
        libs = ["crypto", "ssl"],
        package = "libssl-dev",
    )
    debian_library(
        name = "c-ares",
        header = "ares.h",
        libs = ["cares"],
        package = "libc-ares-dev",
    )

    debian_library(
        name = "nlohmann_json",
        header = "nlohmann/json.hpp",
        header_only = "json",
        package = "nlohmann-json3-dev",
    )
    debian_files(
        name = "llhttp",
        build = _LLHTTP_BUILD,
        files = {
            "/usr/share/include/llhttp/llhttp.h": "llhttp.h",
            "/usr/share/llhttp/api.c": "api.c",
            "/usr/share/llhttp/http.c": "http.c",
            "/usr/share/llhttp/llhttp.c": "llhttp.c",
        },
        package = "node-llhttp",
    )

def bazel_4_repositories():
    """Declares what Bazel 4 itself loads, and would fetch from elsewhere. Newer ones have modules."""
    debian_source(
        name = "rules_cc",
        file = "bazel-rules-cc_0.0.4.orig.tar.xz",
        patches = ["@rondo//third_party:rules_cc.patch"],
        sha256 = "b147e1d69afb30b36616a9c7cf6c661b48e01d79581f36927eb39e04ffc572ff",
    )
    debian_source(
        name = "rules_java",
        file = "bazel-rules-java_4.0.0.orig.tar.xz",
        sha256 = "dcb49111bead562cc76418ccb598ecbb367d6b9d35be8808aa7fa354e9751fb5",
    )
    debian_source(
        name = "bazel_skylib",
        file = "bazel-skylib_1.0.3.orig.tar.xz",
        sha256 = "b22f0f38d9a1ac565fce8a43df3d284f6b8e5e8775bda54b5cb687bed46b6ea4",
    )
    debian_source(
        name = "platforms",
        file = "bazel-platforms_0.0.2.orig.tar.xz",
        sha256 = "2e582a0841457e38ba2b263c7021bc57241f6934f86df8a1b5c5ae32169bf490",
    )
    _coverage_tools(name = "remote_coverage_tools")
