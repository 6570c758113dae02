package import Model

/// A setting whose value cannot be used.
package struct ConfigurationMistake: UserFacingError, Hashable {
    package let key: String
    package let value: String
    package let origin: SettingOrigin
    /// What it must be, as a phrase.
    package let allowed: String
    package let remedy: String?

    package init(key: String, value: String, origin: SettingOrigin, allowed: String, remedy: String? = nil) {
        (self.key, self.value, self.origin, self.allowed) = (key, value, origin, allowed)
        self.remedy = remedy ?? "Write \(key) as \(allowed); see Docs/Configuration.md."
    }

    package var code: ErrorCode { .invalidInput }
    package var message: String { "\(key) is \"\(value)\" (\(origin)), but must be \(allowed)." }
}

/// A setting that does not exist.
package struct UnknownSetting: UserFacingError, Hashable {
    package let key: String
    package let origin: SettingOrigin
    /// What was probably meant.
    package let guess: String?

    package var code: ErrorCode { .invalidInput }
    package var message: String { "\(key) (\(origin)) is not a setting." }
    package var remedy: String? {
        (guess.map { "Did you mean \($0)? " } ?? "") + "See `caisson config show --effective` for all there are."
    }
}

/// The configuration file cannot be read.
package struct UnreadableConfiguration: UserFacingError, Hashable {
    package let path: String
    package let reason: String
    /// Whether somebody named it; else it is the one in the data folder.
    package let isNamed: Bool

    package var code: ErrorCode { .inputUnreadable }
    package var message: String { "The configuration file \(path) cannot be read: \(reason)." }
    package var remedy: String? {
        isNamed
            ? "Check the path (--config, CAISSON_CONFIG) and its permissions." : "Check its permissions, or remove it."
    }
}

/// Everything that is wrong with a configuration.
package struct ConfigurationMistakes: Error, Sendable {
    package let mistakes: [any UserFacingError]
}
