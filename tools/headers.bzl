"""header_test: compiles headers alone, each as the only include of a file."""

load("@rules_cc//cc:defs.bzl", "cc_library")

def header_test(name, hdrs, deps):
    """Fails to build when one of `hdrs` needs an include that it does not have itself.

    Args:
      name: of the library that is built.
      hdrs: paths from the workspace's root, as they stand in #include.
      deps: the targets that own them.
    """
    for header in hdrs:
        stem = header.replace("/", "_").replace(".", "_")
        native.genrule(
            name = name + "_" + stem,
            outs = [name + "_" + stem + ".cc"],
            cmd = "printf '#include \"%s\"\\n#include \"%s\"\\n' {0} {0} >$@".format(header),
        )
    cc_library(
        name = name,
        testonly = True,
        srcs = [name + "_" + header.replace("/", "_").replace(".", "_") + ".cc" for header in hdrs],
        deps = deps,
    )
