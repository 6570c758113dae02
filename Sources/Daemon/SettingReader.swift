import Model

/// Takes settings one by one out of what was given, and collects what is wrong.
struct SettingReader {
    private let sources: SettingSources
    private(set) var entries: [SettingEntry] = []
    private(set) var mistakes: [any UserFacingError]

    init(_ sources: SettingSources) { (self.sources, mistakes) = (sources, sources.mistakes) }

    /// The value that was given, else the default, which also stands for one that cannot be used.
    mutating func value<Value>(_ setting: Setting<Value>) -> Value {
        let form = setting.form
        // A default is checked as well: some lie in the data folder, whose path may be long.
        let given =
            sources.given[setting.key]
            ?? SettingSources.Given(text: form.text(setting.standard), origin: .standard, folder: "/")
        let read = form.read(given.text, given.folder)
        if read == nil {
            mistakes.append(
                ConfigurationMistake(key: setting.key, value: given.text, origin: given.origin, allowed: form.allowed))
        }
        let (value, origin) = (read ?? setting.standard, given.origin)
        entries.append(
            SettingEntry(
                key: setting.key, value: form.text(value), origin: origin, allowed: form.allowed,
                standard: form.text(setting.standard), summary: setting.summary))
        return value
    }

    /// Notes that a value goes against another one.
    mutating func fail(_ key: String, allowed: String, remedy: String) {
        guard let entry = entries.first(where: { $0.key == key }) else { return }
        mistakes.append(
            ConfigurationMistake(
                key: key, value: entry.value, origin: entry.origin, allowed: allowed, remedy: remedy))
    }
}
