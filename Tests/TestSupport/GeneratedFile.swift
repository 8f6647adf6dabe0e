public import POSIX

/// A file of the checkout that is made from the sources and kept beside them.
public enum GeneratedFile {
    /// Whether the file holds that text; with the variable in the environment, it is written first.
    public static func matches(
        _ file: String, _ text: String, writtenWhen variable: String
    ) throws(FileError) -> Bool {
        if Environment.variable(variable) != nil {
            let folder = file.split(separator: "/").dropLast().joined(separator: "/")
            try FileSystem.createDirectory("\(Checkout.path)/\(folder)")
            try FileSystem.write(text, to: "\(Checkout.path)/\(file)")
        }
        guard FileSystem.exists("\(Checkout.path)/\(file)") else { return false }
        return try Checkout.text(file) == text
    }
}
