import Values

/// The named formats that are checked; others are taken as they are, as an API server does.
enum SchemaFormat {
    static func holds(_ text: String, _ format: String) -> Bool {
        switch format {
        case "date-time": Timestamp(text) != nil
        case "duration": Duration(parsing: text) != nil
        case "byte": Base64.decode(text) != nil
        default: true
        }
    }
}
