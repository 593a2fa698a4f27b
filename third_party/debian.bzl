"""Repositories made from Debian.

debian_source: an upstream tarball out of the archive that apt is set up for.
debian_library: a development package installed on this machine.
debian_files: files that an installed package has, with a BUILD file of ours.
"""

_MIRROR_LIST = "mirror+file:"

def mirror_lists(uris):
    """The files among apt's sources that list mirrors, as those of Debian's cloud images do.

    Args:
      uris: of repositories, as apt shows them.
    Returns:
      Absolute paths.
    """
    return [
        "/" + uri[len(_MIRROR_LIST):].strip("/")
        for uri in uris
        if uri.startswith(_MIRROR_LIST)
    ]

def archive_urls(uris, lists):
    """Base URLs of the archives that can be downloaded from, each once.

    Args:
      uris: of repositories, as apt shows them.
      lists: what stands in those files of mirror_lists that there are, by path.
    Returns:
      URLs, in the order of the repositories, without a slash at the end.
    """
    urls = []
    for uri in uris:
        for path in mirror_lists([uri]):
            # Of a mirror there may be more on its line than where it is.
            urls += [line.split("\t")[0].strip() for line in lists.get(path, "").splitlines()]
        urls.append(uri)
    return {url.rstrip("/"): None for url in urls if url.startswith("http")}.keys()

def _archives(ctx):
    # Those that apt uses here; DEBIAN_ARCHIVE adds one by hand.
    uris = [ctx.os.environ.get("DEBIAN_ARCHIVE", "")]
    apt_get = ctx.which("apt-get")
    if apt_get:
        uris += ctx.execute([
            apt_get,
            "indextargets",
            "--no-release-info",
            "--format=$(REPO_URI)",
            "Created-By: Packages",
            "Component: main",
        ]).stdout.splitlines()
    lists = {path: ctx.read(path) for path in mirror_lists(uris) if ctx.path(path).exists}
    return archive_urls(uris, lists)

def _debian_source_impl(ctx):
    package = ctx.attr.file.split("_")[0]
    section = package[:4] if package.startswith("lib") else package[:1]
    pool = "/pool/main/{}/{}/{}".format(section, package, ctx.attr.file)
    fetched = ctx.download(
        # Without an archive there still has to be a URL for --distdir to match.
        url = [archive + pool for archive in _archives(ctx)] or ["file://" + pool],
        output = ctx.attr.file,
        sha256 = ctx.attr.sha256,
        allow_fail = True,
    )
    if not fetched.success:
        fail(("@{}: cannot get {} (sha256 {}) from Debian. Give apt a Debian archive, set " +
              "DEBIAN_ARCHIVE to the base URL of one, or pass --distdir with a folder " +
              "that holds the file.").format(ctx.name, pool, ctx.attr.sha256))

    # Not ctx.extract: in Debian 13 Bazel lacks a class for that.
    tar = ctx.execute(["tar", "-xf", ctx.attr.file, "--strip-components=1"])
    if tar.return_code:
        fail("@{}: {}".format(ctx.name, tar.stderr))
    ctx.delete(ctx.attr.file)
    for patch in ctx.attr.patches:
        ctx.patch(patch, strip = 1)

debian_source = repository_rule(
    doc = "The upstream tarball of a Debian source package, as Debian's pool has it.",
    implementation = _debian_source_impl,
    attrs = {
        "file": attr.string(mandatory = True, doc = "Name in the pool, PACKAGE_VERSION.orig.tar.*"),
        "sha256": attr.string(mandatory = True),
        "patches": attr.label_list(doc = "Applied with -p1."),
    },
    environ = ["DEBIAN_ARCHIVE"],
)

def _missing(ctx, path):
    fail("@{}: {} is missing; run ./setup.sh or apt-get install {}".format(
        ctx.name,
        path,
        ctx.attr.package,
    ))

def _debian_library_impl(ctx):
    header = "/usr/include/" + ctx.attr.header
    if not ctx.path(header).exists:
        _missing(ctx, header)

    # The headers are where the compiler looks anyway; naming /usr/include would upset its order.
    targets = {lib: ["-l" + lib] for lib in ctx.attr.libs}
    if ctx.attr.header_only:
        targets[ctx.attr.header_only] = []
    ctx.file("BUILD", "".join([
        """
cc_library(
    name = "{}",
    linkopts = {},
    visibility = ["//visibility:public"],
)
""".format(name, linkopts)
        for name, linkopts in targets.items()
    ]))

debian_library = repository_rule(
    doc = "A development package installed on this machine: one cc_library for each of libs.",
    implementation = _debian_library_impl,
    attrs = {
        "header": attr.string(mandatory = True, doc = "Some header of it, below /usr/include."),
        "header_only": attr.string(doc = "Name of a cc_library that links nothing."),
        "libs": attr.string_list(),
        "package": attr.string(mandatory = True),
    },
    local = True,
)

def _debian_files_impl(ctx):
    for source, name in ctx.attr.files.items():
        if not ctx.path(source).exists:
            _missing(ctx, source)
        ctx.symlink(source, name)
    ctx.file("BUILD", ctx.attr.build)

debian_files = repository_rule(
    doc = "Files of an installed package, under names of ours.",
    implementation = _debian_files_impl,
    attrs = {
        "build": attr.string(mandatory = True, doc = "Content of the BUILD file."),
        "files": attr.string_dict(mandatory = True, doc = "Absolute path to name here."),
        "package": attr.string(mandatory = True),
    },
    local = True,
)
