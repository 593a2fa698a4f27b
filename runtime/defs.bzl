"""rondo_plugin and rondo_host: plugins, and programs that can load them.

Every host has the SDK (//runtime:sdk): the core, and Abseil. A host links it whole, since a plugin
may need what the host itself does not, and gives it to its plugins (-rdynamic). A plugin's shared
object is compiled against the SDK and leaves it out of its own link, so there is one Abseil and
one core in a process, whatever is loaded.
"""

load("@bazel_tools//tools/cpp:toolchain_utils.bzl", "find_cpp_toolchain")
load("@rules_cc//cc:defs.bzl", "cc_binary", "cc_library", "cc_test")

_SDK = "@rondo//runtime:sdk"

def _linker_inputs(deps):
    merged = cc_common.merge_cc_infos(cc_infos = [dep[CcInfo] for dep in deps])
    return merged.linking_context.linker_inputs.to_list()

def _relinked(ctx, linker_inputs):
    return [
        CcInfo(
            linking_context = cc_common.create_linking_context(
                # Any other order would turn the command line around.
                linker_inputs = depset(linker_inputs, order = "topological"),
            ),
        ),
        coverage_common.instrumented_files_info(ctx, dependency_attributes = ["deps"]),
    ]

def _without_host_impl(ctx):
    of_host = {input.owner: None for input in _linker_inputs(ctx.attr.host)}
    return _relinked(ctx, [i for i in _linker_inputs(ctx.attr.deps) if i.owner not in of_host])

_without_host = rule(
    doc = "What of deps a plugin has to bring, to link.",
    implementation = _without_host_impl,
    attrs = {
        "deps": attr.label_list(providers = [CcInfo]),
        "host": attr.label_list(providers = [CcInfo]),
    },
)

def _with_whole_impl(ctx):
    whole = {input.owner: None for input in _linker_inputs(ctx.attr.whole)}
    return _relinked(ctx, [
        _whole(ctx, input) if input.owner in whole else input
        for input in _linker_inputs(ctx.attr.deps + ctx.attr.whole)
    ])

def _whole(ctx, input):
    toolchain = find_cpp_toolchain(ctx)
    features = cc_common.configure_features(ctx = ctx, cc_toolchain = toolchain)
    return cc_common.create_linker_input(
        owner = input.owner,
        libraries = depset([
            cc_common.create_library_to_link(
                actions = ctx.actions,
                feature_configuration = features,
                cc_toolchain = toolchain,
                static_library = library.static_library,
                pic_static_library = library.pic_static_library,
                alwayslink = True,
            )
            for library in input.libraries
        ]),
        user_link_flags = depset(input.user_link_flags),
        additional_inputs = depset(input.additional_inputs),
    )

_with_whole = rule(
    doc = "deps and whole, to link; every object file of whole.",
    implementation = _with_whole_impl,
    attrs = {
        "deps": attr.label_list(providers = [CcInfo]),
        "whole": attr.label_list(providers = [CcInfo]),
        "_cc_toolchain": attr.label(default = "@bazel_tools//tools/cpp:current_cc_toolchain"),
    },
    fragments = ["cpp"],
    toolchains = ["@bazel_tools//tools/cpp:toolchain_type"],
)

# With GCC's unique symbols two versions of a plugin would share their static variables.
_COPTS = select({
    "@rondo//tools:clang": [],
    "//conditions:default": ["-fno-gnu-unique"],
})

def rondo_plugin(
        name,
        srcs,
        hdrs = [],
        deps = [],
        host_deps = [],
        copts = [],
        local_defines = [],
        linkopts = [],
        testonly = False,
        tags = [],
        visibility = None):
    """Declares a plugin in its two forms: NAME to link into a program, NAME.so to load into one.

    One of the sources has RONDO_PLUGIN. NAME.so brings what `deps` need, but for the SDK and
    `host_deps`, which it finds in the program that loads it.

    Args:
      name: of the library.
      srcs: C++ sources.
      hdrs: what others may include, its requests before all.
      deps: C++ libraries.
      host_deps: libraries that the plugin uses and every host of it has, such as
        @rondo//plugins/net, which the stock host has.
      copts: as of cc_library.
      local_defines: as of cc_library.
      linkopts: as of cc_library.
      testonly: as everywhere.
      tags: as everywhere.
      visibility: as everywhere.
    """
    cc_library(
        name = name,
        srcs = srcs,
        hdrs = hdrs,
        copts = copts,
        linkopts = linkopts,
        local_defines = local_defines,
        tags = tags,
        testonly = testonly,
        visibility = visibility,
        deps = deps + host_deps,
    )

    # In a library of its own, so that layering_check sees the deps as they are declared.
    cc_library(
        name = name + "_loadable",
        srcs = srcs + hdrs,
        copts = copts + _COPTS,
        linkopts = linkopts,
        local_defines = local_defines + ["RONDO_LOADABLE_PLUGIN"],
        tags = ["manual"],
        testonly = testonly,
        visibility = ["//visibility:private"],
        deps = deps + host_deps,
        alwayslink = True,
    )
    _without_host(
        name = name + "_without_host",
        host = [_SDK] + host_deps,
        tags = ["manual"],
        testonly = testonly,
        visibility = ["//visibility:private"],
        deps = [name + "_loadable"],
    )
    cc_binary(
        name = name + ".so",
        linkshared = True,
        tags = tags,
        testonly = testonly,
        visibility = visibility,
        deps = [name + "_without_host"],
    )

def rondo_host(
        name,
        srcs,
        deps,
        rule = cc_binary,
        provides = [],
        copts = [],
        testonly = None,
        **kwargs):
    """Declares a program, or a test (rule = cc_test), that can load plugins.

    Args:
      name: of the program.
      srcs: C++ sources.
      deps: C++ libraries.
      rule: cc_binary or cc_test.
      provides: libraries that it has for its plugins besides the SDK: their host_deps.
      copts: as of cc_library.
      testonly: as everywhere; of a test True.
      **kwargs: as the rule takes them.
    """
    if testonly == None:
        testonly = rule != cc_binary
    cc_library(
        name = name + "_objects",
        srcs = srcs,
        copts = copts,
        tags = ["manual"],
        testonly = testonly,
        visibility = ["//visibility:private"],
        deps = deps,
        alwayslink = True,
    )
    _with_whole(
        name = name + "_with_sdk",
        tags = ["manual"],
        testonly = testonly,
        visibility = ["//visibility:private"],
        whole = [_SDK] + provides,
        deps = [name + "_objects"],
    )
    rule(
        name = name,
        linkopts = ["-rdynamic"],
        linkstatic = True,
        testonly = testonly,
        deps = [name + "_with_sdk"],
        **kwargs
    )

def _shared_object(plugin):
    # "//plugins/fs" is short for "//plugins/fs:fs".
    if ":" not in plugin:
        plugin += ":" + plugin.split("/")[-1]
    return plugin + ".so"

def rondo_plugin_test(name, plugin, needs = [], options = "", requests = None, data = [], **kwargs):
    """Tries every kind of a plugin for what Rondo promises of all kinds.

    Each kind that can be called by name is called, cancelled before and while it runs, called with
    an expired deadline, with malformed requests and over its limits; the plugin is unloaded under
    load, and looked after for descriptors, threads and memory that it leaves. The tests run in an
    empty folder.

    Args:
      name: of the test.
      plugin: label of a rondo_plugin.
      needs: labels of the plugins that it depends on, in the order in which they are loaded.
      options: of the plugin, as JSON.
      requests: a JSON file with fields of requests, {KIND: {FIELD: VALUE}}. Without it the fields
        that have to be given get some value of their type.
      data: files that the requests name.
      **kwargs: as of cc_test.
    """
    args = ["--plugin=$(rootpath %s)" % _shared_object(plugin)]
    if needs:
        args.append("--needs=" + ",".join(["$(rootpath %s)" % _shared_object(n) for n in needs]))
    if options:
        args.append("'--options=%s'" % options)
    if requests:
        args.append("--requests=$(rootpath %s)" % requests)
    rondo_host(
        name = name,
        rule = cc_test,
        srcs = [],
        args = args,
        data = data + [_shared_object(p) for p in [plugin] + needs] + ([requests] if requests else []),
        deps = ["@rondo//runtime/conformance:main"],
        **kwargs
    )
