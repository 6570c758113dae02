import Model

/// How long something took or is ago, in one unit, as lists show it.
enum AgeText {
    /// `45s`, `12m`, `3h`, `5d`; below a second `0.4s`.
    static func text(_ duration: Duration) -> String {
        let seconds = max(0, Double(duration.wholeMilliseconds) / 1000)
        switch seconds {
        case ..<10: return "\(Double(Int(seconds * 10)) / 10)s"
        case ..<120: return "\(Int(seconds))s"
        case ..<7200: return "\(Int(seconds / 60))m"
        case ..<172_800: return "\(Int(seconds / 3600))h"
        default: return "\(Int(seconds / 86_400))d"
        }
    }

    static func text(from begin: WallTime, to end: WallTime) -> String {
        text(.milliseconds(max(0, end.milliseconds - begin.milliseconds)))
    }
}
