/// What a profile's variant for services lets through beside its class: one reviewed addition for all classes, with a list for
/// each of the two walls.
struct ServiceLists {
    /// What follows a profile's name in that of its variant.
    static let suffix = "+services"
    /// The addition's own name, which no profile can have: its files are named as a profile's lists are.
    static let name = "services"
    /// In the order in which they count for a variant's digest.
    static let fileNames = ["\(name).outer.json", "\(name).inner.json"]
    static let description = "TCP sockets for services on loopback"

    let outer: ListAddition
    let inner: ListAddition

    /// - Parameters:
    ///   - files: by file name.
    ///   - folder: where they are from, for messages.
    init(files: [String: [UInt8]], folder: String?) throws(HardeningError) {
        outer = try ListAddition(files: files, name: Self.fileNames[0], folder: folder)
        inner = try ListAddition(files: files, name: Self.fileNames[1], folder: folder)
    }
}
