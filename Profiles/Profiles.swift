// Profiles: the reviewed hardening profiles beside this file, built into the program. It must not interpret them.

/// The bytes of the profile files, by file name, so that nothing is looked up at run time.
package enum ProfileFiles {
    package static let all: [String: [UInt8]] = [
        "standard.json": PackageResources.standard_json,
        "standard.outer.json": PackageResources.standard_outer_json,
        "standard.inner.json": PackageResources.standard_inner_json,
    ]
}
