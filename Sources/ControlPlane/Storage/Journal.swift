internal import POSIX
internal import SQLite
internal import Synchronization
internal import Values

/// The objects and their last changes on disk.
///
/// Every state of an object is one row of `revisions`, written once; `objects` says which row is an
/// object's state now. A row goes when it is neither current nor young enough to resume from.
/// Commits are synced (`synchronous=FULL`): one sync serves all writes of a transaction, so the price
/// is one of latency and not of throughput, and not even a power failure loses an answered write.
final class Journal: Sendable {
    /// The layout this program writes; a newer one is refused.
    static let layout: Int64 = 1
    /// Marks the file as one of ours: `LOCP`.
    private static let applicationID: Int64 = 0x4C4F_4350

    private let database: Mutex<SQLiteDatabase>

    private init(_ database: sending SQLiteDatabase) { self.database = Mutex(database) }

    /// Opens or creates the database and reads back what it holds.
    static func open(
        path: String
    ) throws(ControlPlaneError) -> (journal: Journal, state: StoreState) {
        do {
            let database = try SQLiteDatabase(
                .file(path), configuration: SQLiteConfiguration(checkpointPages: 4000))
            try prepare(database, path: path)
            try shortenHistory(database)
            let state = try load(database, path: path)
            return (Journal(database), state)
        } catch let error as ControlPlaneError {
            throw error
        } catch {
            throw ControlPlaneError(
                code: .storage, message: "cannot open the control plane's database: \(error)")
        }
    }

    private static func prepare(_ database: SQLiteDatabase, path: String) throws {
        let layout = try database.query("PRAGMA user_version").first?.first?.integerValue ?? 0
        guard layout <= Journal.layout else {
            throw ControlPlaneError(
                code: .newerLayout,
                message: "\(path) has layout \(layout) and this program knows \(Journal.layout): "
                    + "it was written by a newer release; use that one")
        }
        if layout == 0 { try createTables(database, path: path) }
        // A deleted revision is looked for among the objects, which name theirs: without an index
        // each deletion would read all objects. Databases of earlier releases have none.
        try database.execute("CREATE INDEX IF NOT EXISTS objects_revision ON objects (revision)")
    }

    private static func createTables(_ database: SQLiteDatabase, path: String) throws {
        let tables = try database.query("SELECT count(*) FROM sqlite_master")
        guard tables.first?.first?.integerValue == 0 else {
            throw ControlPlaneError(
                code: .storage, message: "\(path) is a database of another program")
        }
        try database.transaction { () throws(SQLiteError) in
            try database.execute(
                """
                CREATE TABLE revisions (
                    revision INTEGER PRIMARY KEY,
                    api_group TEXT NOT NULL,
                    plural TEXT NOT NULL,
                    change TEXT NOT NULL,
                    previous_labels TEXT,
                    body BLOB NOT NULL
                ) STRICT;
                CREATE TABLE objects (
                    api_group TEXT NOT NULL,
                    plural TEXT NOT NULL,
                    namespace TEXT NOT NULL,
                    name TEXT NOT NULL,
                    revision INTEGER NOT NULL REFERENCES revisions (revision),
                    PRIMARY KEY (api_group, plural, namespace, name)
                ) STRICT, WITHOUT ROWID;
                CREATE TABLE position (
                    id INTEGER PRIMARY KEY CHECK (id = 1),
                    revision INTEGER NOT NULL,
                    floor INTEGER NOT NULL
                ) STRICT;
                INSERT INTO position VALUES (1, 0, 0);
                PRAGMA application_id = \(Journal.applicationID);
                PRAGMA user_version = \(Journal.layout);
                """)
        }
    }

    /// Forgets changes of the past but for the last, so that a start costs what is there now.
    ///
    /// A client that watched from before has to list again, as after any gap.
    private static func shortenHistory(_ database: SQLiteDatabase) throws(SQLiteError) {
        let last = try database.query(
            "SELECT revision FROM revisions ORDER BY revision DESC LIMIT 1 OFFSET ?",
            [.integer(Int64(ControlPlaneLimits.restoredChanges))])
        guard let floor = last.first?[0].integerValue else { return }
        try database.transaction { () throws(SQLiteError) in
            try database.run(
                "DELETE FROM revisions WHERE revision <= ? "
                    + "AND revision NOT IN (SELECT revision FROM objects)", [.integer(floor)])
            try database.run("UPDATE position SET floor = max(floor, ?)", [.integer(floor)])
        }
    }

    private static func load(_ database: SQLiteDatabase, path: String) throws -> StoreState {
        guard let position = try database.query("SELECT revision, floor FROM position").first,
            let revision = position[0].integerValue, let floor = position[1].integerValue
        else {
            throw ControlPlaneError(code: .storage, message: "\(path) has no position")
        }
        var state = StoreState(revision: revision, floor: floor)
        var damage: JSONParseError?
        func object(_ row: SQLiteStatement, _ revision: Int, _ body: Int) -> StoredObject? {
            do throws(JSONParseError) {
                return try StoredObject(
                    bytes: row.blob(at: body), revision: row.integer(at: revision))
            } catch {
                damage = error
                return nil
            }
        }
        try database.forEachRow(
            "SELECT o.api_group, o.plural, r.revision, r.body FROM objects o "
                + "JOIN revisions r USING (revision)"
        ) { row throws(SQLiteError) in
            guard let object = object(row, 2, 3) else { return false }
            state.restore(
                object, in: CollectionKey(group: row.text(at: 0), plural: row.text(at: 1)))
            return true
        }
        try database.forEachRow(
            "SELECT api_group, plural, change, previous_labels, revision, body FROM revisions "
                + "WHERE revision > ? ORDER BY revision", [.integer(floor)]
        ) { row throws(SQLiteError) in
            guard let object = object(row, 4, 5) else { return false }
            let labels = row.isNull(at: 3) ? nil : try? JSON(parsing: row.text(at: 3))
            state.remember(
                Change(
                    collection: CollectionKey(group: row.text(at: 0), plural: row.text(at: 1)),
                    kind: Change.Kind(rawValue: row.text(at: 2)) ?? .modified, object: object,
                    previous: nil,
                    previousLabels: labels.map { StoredObject.labels(["labels": $0]) }))
            return true
        }
        if let damage {
            throw ControlPlaneError(
                code: .storage, message: "\(path) holds an object that cannot be read: \(damage)")
        }
        return state
    }

    /// Writes changes and drops rows nothing needs, in one transaction that is on disk on return.
    func record(_ changes: [Change], obsolete: [Int64], floor: Int64) throws(APIFailure) {
        do throws(SQLiteError) {
            try database.withLock { database throws(SQLiteError) in
                try database.transaction { () throws(SQLiteError) in
                    for change in changes { try Journal.record(change, in: database) }
                    for revision in obsolete {
                        try database.run(
                            "DELETE FROM revisions WHERE revision = ?", [.integer(revision)])
                    }
                    try database.run(
                        "UPDATE position SET revision = ?, floor = ?",
                        [.integer(changes.last?.revision ?? 0), .integer(floor)])
                }
            }
        } catch {
            throw .internalError("the change could not be stored: \(error)")
        }
    }

    private static func record(
        _ change: Change, in database: SQLiteDatabase
    ) throws(SQLiteError) {
        var labels: JSONObject?
        if let previous = change.previousLabels {
            labels = JSONObject(previous.map { ($0.key, JSON.string($0.value)) })
        }
        try database.run(
            "INSERT INTO revisions VALUES (?, ?, ?, ?, ?, ?)",
            [
                .integer(change.revision), .text(change.collection.group),
                .text(change.collection.plural), .text(change.kind.rawValue),
                labels.map { .text(JSON.object($0).text) } ?? .null, .blob(change.object.bytes),
            ])
        let key: [SQLiteValue] = [
            .text(change.collection.group), .text(change.collection.plural),
            .text(change.object.key.namespace), .text(change.object.key.name),
        ]
        if change.kind == .deleted {
            try database.run(
                "DELETE FROM objects WHERE api_group = ? AND plural = ? AND namespace = ? "
                    + "AND name = ?", key)
        } else {
            try database.run(
                "INSERT INTO objects VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE "
                    + "SET revision = excluded.revision", key + [.integer(change.revision)])
        }
    }

    /// Empties the write-ahead log into the database, as at the end of a run.
    func checkpoint() {
        // What a failed checkpoint leaves in the log is read from there the next time.
        database.withLock { try? $0.checkpoint() }
    }
}
