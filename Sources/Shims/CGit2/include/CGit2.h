// What Swift cannot import from libgit2, and its headers.
#pragma once
#include <git2.h>
#include <git2/sys/odb_backend.h>
#include <git2/sys/transport.h>
#include <semaphore.h>

// git_libgit2_opts is variadic: one function for each shape of argument.
int cgit2_set_size(int option, size_t value);
int cgit2_set_flag(int option, int value);
int cgit2_set_search_path(int level, const char *path);
int cgit2_set_cache_size(long long bytes);

// Waits on a semaphore until a moment of the monotonic clock, in nanoseconds: 0, or -1 when the
// moment passed first. sem_clockwait is hidden behind _GNU_SOURCE.
int cgit2_semaphore_wait(sem_t *semaphore, long long moment);

// The subtransport and its stream as libgit2 sees them, each with room for a Swift object.
typedef struct {
    git_smart_subtransport parent;
    void *context;
} cgit2_subtransport;

typedef struct {
    git_smart_subtransport_stream parent;
    void *context;
} cgit2_stream;
