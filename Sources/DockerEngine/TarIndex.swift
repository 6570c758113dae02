import Ports

/// What is wrong with an archive, as the end of a sentence that begins with its name.
struct ArchiveProblem: Error, Hashable {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}

/// Where the members of a tar archive lie; nothing of their content is held.
///
/// - Source: POSIX.1-2017, pax; GNU tar for long names.
struct TarIndex {
    struct Member: Hashable {
        let name: String
        let content: Range<Int64>
        let type: UInt8
        /// What a link leads to.
        let link: String

        /// Bytes.
        var size: Int64 { content.upperBound - content.lowerBound }
        var isFile: Bool { type == UInt8(ascii: "0") || type == 0 }
        var isLink: Bool { type == UInt8(ascii: "1") || type == UInt8(ascii: "2") }
    }

    enum Limit {
        static let members = 10_000
        /// Of a header that says more of the next member.
        static let extended: Int64 = 64 << 10
    }

    /// By name, without `./` in front; of two members of one name the last counts, as it does when they are unpacked.
    private(set) var members: [String: Member] = [:]

    init(_ archive: any ArchiveBytes) async throws {
        let end = archive.length
        var (offset, count, next) = (Int64(0), 0, Extension())
        while offset + Int64(TarHeader.blockBytes) <= end {
            let block = try await archive.read(from: offset, count: TarHeader.blockBytes)
            if block.allSatisfy({ $0 == 0 }) { break }
            guard let header = TarHeader.fields(block) else {
                throw ArchiveProblem(offset == 0 ? Self.kind(block) : "it is damaged at byte \(offset)")
            }
            let start = offset + Int64(TarHeader.blockBytes)
            let size = next.size ?? header.size
            guard size <= end - start else { throw ArchiveProblem("it is cut short in \(header.name)") }
            count += 1
            guard count <= Limit.members else { throw ArchiveProblem("it has more than \(Limit.members) members") }
            offset = start + size + Int64(TarHeader.padding(size))
            if [UInt8(ascii: "x"), UInt8(ascii: "L"), UInt8(ascii: "K")].contains(header.type) {
                guard size <= Limit.extended else { throw ArchiveProblem("a header in it is \(size) bytes long") }
                try next.read(try await archive.read(from: start, count: Int(size)), type: header.type)
                continue
            }
            if header.type == UInt8(ascii: "g") { continue }
            let name = Self.plain(next.name ?? header.name)
            members[name] = Member(
                name: name, content: start..<start + size, type: header.type, link: next.link ?? header.link)
            next = Extension()
        }
        guard count > 0 else {
            throw ArchiveProblem(0 < end && end < TarHeader.blockBytes ? "it is no tar archive" : "it is empty")
        }
    }

    /// The member of that name, or the one that it is a link to.
    func file(_ name: String) -> Member? {
        guard let member = members[Self.plain(name)], member.isLink else {
            return members[Self.plain(name)].flatMap { $0.isFile ? $0 : nil }
        }
        // A symbolic link leads on from its own folder, a hard one from the archive's root.
        let isSymbolic = member.type == UInt8(ascii: "2")
        var parts = isSymbolic ? member.name.split(separator: "/").dropLast() : []
        for part in member.link.split(separator: "/") {
            if part == ".." {
                guard parts.popLast() != nil else { return nil }
            } else if part != "." {
                parts.append(part)
            }
        }
        return members[parts.joined(separator: "/")].flatMap { $0.isFile ? $0 : nil }
    }

    private static func plain(_ name: String) -> String {
        name.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    }

    private static func kind(_ block: [UInt8]) -> String {
        let compressed: [[UInt8]] = [
            [0x1F, 0x8B], [0x28, 0xB5, 0x2F, 0xFD], [0xFD, 0x37, 0x7A, 0x58, 0x5A], [0x42, 0x5A, 0x68],
        ]
        return compressed.contains { block.starts(with: $0) }
            ? "it is compressed; unpack it first, as in `zcat FILE | caisson image add - --name NAME`"
            : "it is no tar archive"
    }

    /// What headers in front of a member say of it.
    private struct Extension {
        var name: String?
        var link: String?
        var size: Int64?

        mutating func read(_ content: [UInt8], type: UInt8) throws {
            let text = content.prefix { $0 != 0 }
            switch type {
            case UInt8(ascii: "L"): name = String(decoding: text, as: UTF8.self)
            case UInt8(ascii: "K"): link = String(decoding: text, as: UTF8.self)
            default: try readRecords(content[...])
            }
        }

        /// Records of the form `LENGTH KEY=VALUE\n`, where the length is that of the whole record.
        private mutating func readRecords(_ content: ArraySlice<UInt8>) throws {
            var rest = content
            while !rest.isEmpty {
                let digits = rest.prefix { $0 != UInt8(ascii: " ") }
                guard let length = Int(String(decoding: digits, as: UTF8.self)), length > digits.count + 2,
                    length <= rest.count
                else { throw ArchiveProblem("a header in it is damaged") }
                let record = rest.dropFirst(digits.count + 1).prefix(length - digits.count - 2)
                rest = rest.dropFirst(length)
                guard let sign = record.firstIndex(of: UInt8(ascii: "=")) else { continue }
                let value = String(decoding: record[record.index(after: sign)...], as: UTF8.self)
                switch String(decoding: record[..<sign], as: UTF8.self) {
                case "path": name = value
                case "linkpath": link = value
                case "size":
                    guard let number = Int64(value), number >= 0 else {
                        throw ArchiveProblem("a header in it is damaged")
                    }
                    size = number
                default: break
                }
            }
        }
    }
}
