// Profiles: the reviewed hardening profiles beside this file, built into the program. It must not interpret them.

/// The bytes of the profile files, by file name, so that nothing is looked up at run time.
package enum ProfileFiles {
    package static let all: [String: [UInt8]] = [
        "strict.json": PackageResources.strict_json,
        "strict.outer.json": PackageResources.strict_outer_json,
        "strict.inner.json": PackageResources.strict_inner_json,
        "shell.json": PackageResources.shell_json,
        "shell.outer.json": PackageResources.shell_outer_json,
        "shell.inner.json": PackageResources.shell_inner_json,
        "python.json": PackageResources.python_json,
        "python.outer.json": PackageResources.python_outer_json,
        "python.inner.json": PackageResources.python_inner_json,
        "node.json": PackageResources.node_json,
        "node.outer.json": PackageResources.node_outer_json,
        "node.inner.json": PackageResources.node_inner_json,
        "build.json": PackageResources.build_json,
        "build.outer.json": PackageResources.build_outer_json,
        "build.inner.json": PackageResources.build_inner_json,
        "services.outer.json": PackageResources.services_outer_json,
        "services.inner.json": PackageResources.services_inner_json,
    ]
}
