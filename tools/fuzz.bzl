"""cc_fuzz_test: with --config=fuzz a libFuzzer, otherwise a test that replays its corpus."""

load("@rules_cc//cc:defs.bzl", "cc_test")

def cc_fuzz_test(name, srcs, corpus = [], **kwargs):
    """Declares a fuzz target.

    Args:
      name: of the test.
      srcs: define LLVMFuzzerTestOneInput.
      corpus: files to replay; every crash that was ever found belongs here.
      **kwargs: as cc_test takes them.
    """
    cc_test(
        name = name,
        srcs = srcs + select({
            "@rondo//tools:fuzz": [],
            "//conditions:default": ["@rondo//tools:replay.cc"],
        }),
        args = ["$(rootpath %s)" % file for file in corpus],
        data = corpus,
        linkopts = select({
            "@rondo//tools:fuzz": ["-fsanitize=fuzzer"],
            "//conditions:default": [],
        }),
        linkstatic = True,
        **kwargs
    )
