package import Model

extension JSONValue {
    /// This value with `value` at a path of members and indices, or without that member if it is `nil`.
    package func setting(_ path: [String], to value: JSONValue?) -> JSONValue {
        guard let first = path.first else { return value ?? .null }
        let rest = Array(path.dropFirst())
        switch self {
        case .object(var members):
            if rest.isEmpty {
                members[first] = value
            } else {
                members[first] = (members[first] ?? .object([:])).setting(rest, to: value)
            }
            return .object(members)
        case .array(var elements):
            guard let index = Int(first), elements.indices.contains(index) else { return self }
            elements[index] = elements[index].setting(rest, to: value)
            return .array(elements)
        default: return self
        }
    }
}
