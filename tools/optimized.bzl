"""optimized: a program as `-c opt` builds it, whatever the rest of the build is."""

def _to_opt(_settings, _attr):
    return {"//command_line_option:compilation_mode": "opt"}

_opt = transition(
    implementation = _to_opt,
    inputs = [],
    outputs = ["//command_line_option:compilation_mode"],
)

def _optimized_impl(ctx):
    program = ctx.attr.program[0][DefaultInfo]
    link = ctx.actions.declare_file(ctx.label.name)
    ctx.actions.symlink(
        output = link,
        target_file = program.files_to_run.executable,
        is_executable = True,
    )
    return [DefaultInfo(executable = link, runfiles = program.default_runfiles)]

optimized = rule(
    implementation = _optimized_impl,
    attrs = {
        "program": attr.label(
            mandatory = True,
            cfg = _opt,
            doc = "The program, which otherwise is built like everything else.",
        ),
        "_allowlist_function_transition": attr.label(
            default = "@bazel_tools//tools/allowlists/function_transition_allowlist",
        ),
    },
    executable = True,
)
