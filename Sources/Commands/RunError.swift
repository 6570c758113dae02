import Model

/// What flags and document of `caisson run` leave open or ask for twice.
enum RunError: UserFacingError, Hashable {
    case noImage
    /// The document and the command's input cannot both be read from our own standard input.
    case standardInputTwice

    var code: ErrorCode { .invalidInput }

    var message: String {
        switch self {
        case .noImage: "No image is given."
        case .standardInputTwice: "-f - and --stdin - both want the standard input."
        }
    }

    var remedy: String? {
        switch self {
        case .noImage: "Give one by --image, or as image: in a document."
        case .standardInputTwice: "Give the document, or the command's input, as a file."
        }
    }
}
