import Values

/// The named formats that are checked; others are taken as they are, as an API server does.
enum SchemaFormat {
    /// Why a text is not of a format, for messages that end with it; nil where it is.
    static func objection(to text: String, _ format: String) -> String? {
        switch format {
        case "date-time": Timestamp.objection(to: text)
        case "duration": Duration.objection(to: text)
        case "byte": Base64.decode(text) == nil ? "is no base64" : nil
        default: nil
        }
    }
}
