internal import CGit2

/// The one start of libgit2 in a process, with the options that make it safe for hostile input.
///
/// `GIT_OPT_SET_PACK_MAX_OBJECT_SIZE` came with the security fixes of 2026: where the headers lack
/// it, this does not compile, and so an older library cannot be taken by accident.
enum GitLibrary {
    /// Starts libgit2 where that has not been done; throws where it cannot be.
    static func start() throws(GitError) {
        guard isStarted else {
            throw GitError(.storage, "libgit2 could not be started: the process is out of memory")
        }
    }

    private static let isStarted: Bool = {
        guard git_libgit2_init() > 0 else { return false }
        return options.allSatisfy { $0() >= 0 }
    }()

    private static let options: [@Sendable () -> Int32] = [
        // No configuration but that of the clones, which we write ourselves.
        { unsafe cgit2_set_search_path(Int32(GIT_CONFIG_LEVEL_SYSTEM.rawValue), "") },
        { unsafe cgit2_set_search_path(Int32(GIT_CONFIG_LEVEL_GLOBAL.rawValue), "") },
        { unsafe cgit2_set_search_path(Int32(GIT_CONFIG_LEVEL_XDG.rawValue), "") },
        { unsafe cgit2_set_search_path(Int32(GIT_CONFIG_LEVEL_PROGRAMDATA.rawValue), "") },
        // The check guards against repositories that are found on the way up from a directory and
        // whose configuration names programs. Here a path is opened exactly as the URL says, and
        // libgit2 runs no program of a configuration. With the check on, a file:// remote of
        // another user (a mounted volume) could not be read at all.
        { cgit2_set_flag(Int32(GIT_OPT_SET_OWNER_VALIDATION.rawValue), 0) },
        { cgit2_set_flag(Int32(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION.rawValue), 1) },
        { cgit2_set_flag(Int32(GIT_OPT_ENABLE_STRICT_OBJECT_CREATION.rawValue), 1) },
        size(GIT_OPT_SET_MWINDOW_SIZE, GitLimits.mappedWindowBytes),
        size(GIT_OPT_SET_MWINDOW_MAPPED_LIMIT, GitLimits.mappedBytes),
        size(GIT_OPT_SET_MWINDOW_FILE_LIMIT, GitLimits.openPacks),
        size(GIT_OPT_SET_PACK_MAX_OBJECTS, GitLimits.packObjects),
        size(GIT_OPT_SET_PACK_MAX_OBJECT_SIZE, GitLimits.objectBytes),
        { cgit2_set_cache_size(Int64(GitLimits.cacheBytes)) },
    ]

    private static func size(
        _ option: git_libgit2_opt_t, _ value: Int
    ) -> @Sendable () -> Int32 {
        { cgit2_set_size(Int32(option.rawValue), value) }
    }
}
