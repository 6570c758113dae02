// Model: the values that every part of Caisson speaks of: ids, specs, limits with units, states, error codes.
// It must not do anything: no I/O, no clock, no randomness, no Foundation.

// A misspelt upcoming feature is ignored in silence by the compiler, so its absence is made an error here.
#if !hasFeature(ExistentialAny) || !hasFeature(MemberImportVisibility) || !hasFeature(InternalImportsByDefault)
    #error("an upcoming feature that this package relies on is off: see `settings` in Package.swift")
#endif
#if !hasFeature(NonisolatedNonsendingByDefault)
    #error("NonisolatedNonsendingByDefault is off: see `settings` in Package.swift")
#endif
