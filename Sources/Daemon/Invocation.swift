/// This run of the program.
package enum Invocation {
    /// Eight random characters, in the log and beside errors: they tell which lines belong together.
    package static let id = RandomIDs().makeSuffix()
}
