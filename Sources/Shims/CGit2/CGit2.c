#define _GNU_SOURCE
#include "CGit2.h"

#include <errno.h>
#include <time.h>

int cgit2_set_size(int option, size_t value) { return git_libgit2_opts(option, value); }

int cgit2_set_flag(int option, int value) { return git_libgit2_opts(option, value); }

int cgit2_set_search_path(int level, const char *path) {
    return git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, level, path);
}

int cgit2_set_cache_size(long long bytes) {
    return git_libgit2_opts(GIT_OPT_SET_CACHE_MAX_SIZE, (ssize_t)bytes);
}

int cgit2_semaphore_wait(sem_t *semaphore, long long moment) {
    struct timespec limit = {.tv_sec = moment / 1000000000, .tv_nsec = moment % 1000000000};
    int result;
    do {
        result = sem_clockwait(semaphore, CLOCK_MONOTONIC, &limit);
    } while (result != 0 && errno == EINTR);
    return result;
}
