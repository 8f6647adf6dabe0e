// What the Glibc module does not show to Swift: see each line.
#pragma once
#include <malloc.h>  // mallinfo2: absent from Glibc's module map.
#include <stdint.h>
#include <sys/epoll.h>    // epoll_create1, epoll_ctl, epoll_wait: absent from Glibc's module map.
#include <sys/eventfd.h>  // eventfd: absent from Glibc's module map.
#include <sys/types.h>

// The step of a spawn that failed in the child.
enum cposix_spawn_step {
    CPOSIX_SPAWN_FORK = 1,
    CPOSIX_SPAWN_PREPARE = 2,
    CPOSIX_SPAWN_DIRECTORY = 3,
    CPOSIX_SPAWN_EXECUTE = 4,
};

// A bound of what a child may use: see getrlimit(2).
struct cposix_limit {
    int resource;
    uint64_t value;
};

struct cposix_spawn_request {
    const char *path;
    char *const *arguments;
    char *const *environment;
    const char *directory;  // NULL keeps the parent's.
    int standard_input;
    int standard_output;
    int standard_error;
    const struct cposix_limit *limits;
    int limit_count;
};

struct cposix_spawn_result {
    pid_t process;
    int step;          // 0 where the program runs.
    int error_number;  // What went wrong at that step.
};

// Starts a program in its own process group, with default signal dispositions, an empty signal mask
// and no descriptor but the three given. It gets SIGKILL when the calling THREAD ends, so that thread
// must live as long as the process. Must be called by one thread at a time.
struct cposix_spawn_result cposix_spawn(const struct cposix_spawn_request *request);

// A pollable descriptor of a process (Linux 5.3), close-on-exec; -1 and errno on failure.
int cposix_open_process(pid_t process);

// A descriptor that is readable once, so many nanoseconds (at least 1) from now: timerfd is absent
// from Glibc's module map, and including it here would take timespec away from Glibc's module.
int cposix_open_timer(int64_t nanoseconds);

// pipe2 with O_CLOEXEC: a GNU extension, which Swift is not shown. 0, or -1 and errno.
int cposix_open_pipe(int ends[2]);

// Names the calling thread for debuggers; up to 15 bytes.
void cposix_name_thread(const char *name);

// The text of an errno: static, untranslated, never NULL. strerror is not thread-safe.
const char *cposix_error_text(int error_number);

// `environ` is a mutable global, which Swift 6 refuses.
char **cposix_environment(void);

// Makes the signal write its number to a descriptor, non-blocking, and gives 0; -1 on failure.
int cposix_route_signal(int signal_number, int descriptor);

// Gives the signal its default action back (ignored is nonzero: makes it ignored).
int cposix_reset_signal(int signal_number, int ignored);

// The columns of a terminal, or 0: ioctl is variadic.
int cposix_terminal_columns(int descriptor);

// The height of the terminal at the descriptor in rows; 0 where it is none or does not say.
int cposix_terminal_rows(int descriptor);

// A directory of another, or at a path, open for reading, not through a symbolic link; one of this
// user's is made readable and writable first. -1 and errno on failure. O_PATH is a GNU extension.
int cposix_open_directory(int parent, const char *name);

// The bytes that a pipe holds, or 0.
int cposix_readable_bytes(int descriptor);
