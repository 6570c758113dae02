/// What the cell remembers of an input file, to tell later whether its content is still the same.
///
/// Content is compared, not times: those tell too much of a file that was only touched, and too little of one that was
/// written through a shared mapping, of which a tmpfs takes no note.
struct WrittenFile: Hashable {
    let size: Int
    /// CRC-32C of the content.
    ///
    /// A tool that forges one hides its own change, and nothing else.
    let checksum: UInt32
}
