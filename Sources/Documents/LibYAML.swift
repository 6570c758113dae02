import CYaml

/// The events of libyaml, as values.
enum LibYAML {
    struct Event {
        enum Kind {
            case documentStart
            case alias
            case scalar(String, isPlain: Bool)
            case listStart
            case mapStart
            case collectionEnd
            case other
        }

        let kind: Kind
        let position: DocumentPosition
        let hasAnchor: Bool
        let hasTag: Bool
    }

    struct Failure {
        let problem: String
        let position: DocumentPosition?
        /// The byte, where there is no position.
        let offset: Int
        /// Lists and maps in brackets that were open there, read ahead of the events.
        var depth = 0
    }

    enum Stop {
        case ended
        /// The handler wanted no more.
        case handler
        case failed(Failure)
    }

    /// Gives every event in `bytes` (UTF-8) to `handle`, until that answers `false`.
    static func parse(_ bytes: [UInt8], _ handle: (Event) -> Bool) -> Stop {
        let parser = UnsafeMutablePointer<yaml_parser_t>.allocate(capacity: 1)
        defer { unsafe parser.deallocate() }
        guard unsafe yaml_parser_initialize(parser) == 1 else { return .failed(outOfMemory) }
        defer { unsafe yaml_parser_delete(parser) }
        unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        return unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe yaml_parser_set_input_string(parser, buffer.baseAddress, buffer.count)
            return unsafe events(of: parser, handle)
        }
    }

    private static let outOfMemory = Failure(problem: "there is not enough memory", position: nil, offset: 0)

    private static func events(of parser: UnsafeMutablePointer<yaml_parser_t>, _ handle: (Event) -> Bool) -> Stop {
        while true {
            var event = unsafe yaml_event_t()
            guard unsafe yaml_parser_parse(parser, &event) == 1 else { return .failed(unsafe failure(parser.pointee)) }
            defer { unsafe yaml_event_delete(&event) }
            if unsafe event.type == YAML_STREAM_END_EVENT { return .ended }
            guard handle(unsafe value(event)) else { return .handler }
        }
    }

    private static func value(_ event: yaml_event_t) -> Event {
        var (kind, hasAnchor, hasTag) = (Event.Kind.other, false, false)
        switch unsafe event.type {
        case YAML_DOCUMENT_START_EVENT: kind = .documentStart
        case YAML_ALIAS_EVENT: kind = .alias
        case YAML_SCALAR_EVENT:
            let scalar = unsafe event.data.scalar
            let text = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            kind = unsafe .scalar(
                String(decoding: text, as: UTF8.self), isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE)
            unsafe (hasAnchor, hasTag) = (scalar.anchor != nil, scalar.tag != nil)
        case YAML_SEQUENCE_START_EVENT:
            kind = .listStart
            unsafe (hasAnchor, hasTag) = (event.data.sequence_start.anchor != nil, event.data.sequence_start.tag != nil)
        case YAML_MAPPING_START_EVENT:
            kind = .mapStart
            unsafe (hasAnchor, hasTag) = (event.data.mapping_start.anchor != nil, event.data.mapping_start.tag != nil)
        case YAML_SEQUENCE_END_EVENT, YAML_MAPPING_END_EVENT: kind = .collectionEnd
        default: break
        }
        return Event(
            kind: kind, position: unsafe position(event.start_mark), hasAnchor: hasAnchor, hasTag: hasTag)
    }

    private static func failure(_ parser: yaml_parser_t) -> Failure {
        guard unsafe parser.error != YAML_MEMORY_ERROR else { return outOfMemory }
        // The problem is a literal of libyaml's; the reader of bytes knows an offset alone.
        let problem = unsafe parser.problem.map { unsafe String(cString: $0) } ?? "the form is wrong"
        let isReader = unsafe parser.error == YAML_READER_ERROR
        return Failure(
            problem: problem, position: isReader ? nil : unsafe position(parser.problem_mark),
            offset: Int(unsafe parser.problem_offset), depth: Int(unsafe parser.flow_level))
    }

    private static func position(_ mark: yaml_mark_t) -> DocumentPosition {
        DocumentPosition(line: Int(mark.line) + 1, column: Int(mark.column) + 1)
    }
}
