import Foundation

/// The system's words for an error number.
func reason(errorNumber: Int32) -> String { String(cString: strerror(errorNumber)).lowercased() }

/// The system's words for an error of Foundation, without the path that the sentence names anyway.
func reason(_ error: any Error) -> String {
    if let error = error as? CocoaError {
        switch error.code {
        case .fileNoSuchFile, .fileReadNoSuchFile: return "it does not exist"
        case .fileReadNoPermission, .fileWriteNoPermission: return "permission denied"
        case .fileWriteOutOfSpace: return "no space is left"
        default: break
        }
    }
    let error = error as NSError
    let underlying = error.userInfo[NSUnderlyingErrorKey] as? NSError ?? error
    guard underlying.domain == NSPOSIXErrorDomain else {
        let words = error.localizedDescription
        return words.hasSuffix(".") ? String(words.dropLast()) : words
    }
    return reason(errorNumber: Int32(underlying.code))
}
