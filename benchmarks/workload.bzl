"""workload: the programs of one workload, each of which does the same work."""

load("@rules_cc//cc:defs.bzl", "cc_binary")

# What only these programs need is not a dependency of the workspace: headers and libraries come
# from where the compiler and the linker look anyway, and `bazel build //...` leaves the peers out.
_PEERS = {
    "libuv": ["-luv"],
    "asio": [],
}

_COPTS = {
    # Debian's Asio does not see by itself that this compiler has coroutines.
    "asio": [
        "-DASIO_STANDALONE",
        "-DASIO_HAS_CO_AWAIT",
        "-DASIO_HAS_STD_COROUTINE",
    ],
}

def workload(rondo_deps, peers = ["libuv", "asio"], raw_deps = []):
    """Declares :rondo, :raw and the peers.

    Args:
      rondo_deps: what rondo.cc needs.
      peers: which of libuv.cc and asio.cc there are.
      raw_deps: what raw.cc needs of others.
    """
    cc_binary(
        name = "rondo",
        testonly = True,
        srcs = ["rondo.cc"],
        deps = ["//benchmarks/common"] + rondo_deps,
    )
    cc_binary(
        name = "raw",
        testonly = True,
        srcs = ["raw.cc"],
        linkopts = ["-pthread"],
        deps = ["//benchmarks/common"] + raw_deps,
    )
    for peer in peers:
        cc_binary(
            name = peer,
            testonly = True,
            srcs = [peer + ".cc"],
            copts = _COPTS.get(peer, []),
            linkopts = ["-pthread"] + _PEERS[peer],
            tags = ["manual"],
            deps = ["//benchmarks/common"],
        )
