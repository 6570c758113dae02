package import Model

/// Why a name of an image cannot be given, used or forgotten.
package enum ImageNameError: UserFacingError, Hashable {
    /// The name belongs to an image of our own.
    case reserved(ImageName)
    /// The name stands for another image.
    case taken(ImageRecord)
    /// Neither was the name added, nor does the engine have an image of ours that is called so.
    case unknown(String)
    /// The reference would mean another image tomorrow.
    case notExact(reference: String)
    /// The image was in the engine before we knew of it, so it is not ours to remove.
    case notLoadedByUs(ImageRecord)
    case tooMany(Int)

    package var code: ErrorCode {
        switch self {
        case .reserved, .notExact, .notLoadedByUs: .invalidInput
        case .taken, .tooMany: .storeConflict
        case .unknown: .imageNotFound
        }
    }

    package var message: String {
        switch self {
        case .reserved(let name): "The name \(name) belongs to an image of Caisson's own."
        case .taken(let record): "The name \(record.name) is taken: it stands for \(record.imageID) (\(record.source))."
        case .unknown(let name): "There is no image \(name)."
        case .notExact(let reference): "\(reference) has neither a tag nor a digest, so it does not say which image."
        case .notLoadedByUs(let record):
            "The image \(record.name) was added from \(record.source), which the engine had before."
        case .tooMany(let count): "\(count) names of images are kept already, which is the most."
        }
    }

    package var remedy: String? {
        switch self {
        case .reserved: "Give it another name with --name."
        case .taken(let record): "Take another --name, or forget this one with `caisson image rm \(record.name)`."
        case .unknown: "See `caisson image list` for those there are; `caisson image add` adds one."
        case .notExact: "Write NAME:TAG, NAME@sha256:DIGEST or sha256:ID."
        case .notLoadedByUs: "Leave out --from-engine; to remove the image as well, use `docker rmi`."
        case .tooMany: "Forget some with `caisson image rm`."
        }
    }
}
