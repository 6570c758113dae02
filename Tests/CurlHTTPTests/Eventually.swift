import Testing

/// Waits until `condition` holds, for at most ten seconds; a failure says what `seen` was last.
func eventually<Seen: Sendable>(
    _ seen: () -> Seen, until condition: (Seen) -> Bool, location: SourceLocation = #_sourceLocation
) async {
    let deadline = ContinuousClock.now + .seconds(10)
    while !condition(seen()) {
        guard ContinuousClock.now < deadline else {
            Issue.record("still \(seen()) after ten seconds", sourceLocation: location)
            return
        }
        await Task.yield()
    }
}
