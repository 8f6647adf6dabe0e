public import POSIX

/// The checkout that the tests were built from.
public enum Checkout {
    /// Its path.
    public static let path: String = {
        let parts = #filePath.split(separator: "/").dropLast(3)
        return "/" + parts.joined(separator: "/")
    }()

    /// Every file below a folder whose name ends so, as paths from the checkout, in order.
    public static func files(below folder: String, suffix: String) throws(FileError) -> [String] {
        var pending = [folder]
        var found: [String] = []
        while let next = pending.popLast() {
            for name in try FileSystem.list("\(path)/\(next)") where !name.hasPrefix(".") {
                let file = next.isEmpty ? name : "\(next)/\(name)"
                if FileSystem.isDirectory("\(path)/\(file)") {
                    pending.append(file)
                } else if name.hasSuffix(suffix) {
                    found.append(file)
                }
            }
        }
        return found.sorted()
    }

    /// The text of a file of the checkout.
    public static func text(_ file: String) throws(FileError) -> String {
        let bytes = try FileSystem.read("\(path)/\(file)", maximumBytes: 16 << 20)
        return String(decoding: bytes, as: UTF8.self)
    }
}
