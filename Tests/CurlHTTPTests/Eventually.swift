import Testing

/// Waits until `condition` holds, for at most a minute; a failure says what `seen` was last.
func eventually<Seen: Sendable>(
    _ seen: () -> Seen, until condition: (Seen) -> Bool, location: SourceLocation = #_sourceLocation
) async {
    let deadline = ContinuousClock.now + .seconds(60)
    while !condition(seen()) {
        guard ContinuousClock.now < deadline else {
            Issue.record("still \(seen()) after a minute", sourceLocation: location)
            return
        }
        await Task.yield()
    }
}
