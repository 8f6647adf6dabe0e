#define _GNU_SOURCE
#include "CPOSIX.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <unistd.h>

#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

// --- Spawning -------------------------------------------------------------------------------------

static void report(int descriptor, int step) {
    int message[2] = {step, errno};
    // One write of 8 bytes to a pipe is atomic; if it fails, the parent sees the exit alone.
    (void)!write(descriptor, message, sizeof message);
    _exit(127);
}

static void close_others_on_execute(void) {
    if (syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC) == 0) return;
    // Linux before 5.11: one by one, up to the limit of the process.
    long limit = sysconf(_SC_OPEN_MAX);
    for (int descriptor = 3; descriptor < limit; descriptor++) {
        fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    }
}

// Puts the three descriptors in their places. Each source is first moved above the places, so that
// none is overwritten before it is used, and so that dup2 always clears close-on-exec.
static int place(const struct cposix_spawn_request *request) {
    int sources[3] = {request->standard_input, request->standard_output, request->standard_error};
    for (int index = 0; index < 3; index++) {
        sources[index] = fcntl(sources[index], F_DUPFD_CLOEXEC, 3);
        if (sources[index] < 0) return -1;
    }
    for (int index = 0; index < 3; index++) {
        if (dup2(sources[index], index) < 0) return -1;
    }
    return 0;
}

// Lowers a bound for good; one that is lower already stays as it is.
static int lower(const struct cposix_limit *limit) {
    struct rlimit present;
    if (getrlimit(limit->resource, &present) < 0) return -1;
    if (limit->value >= present.rlim_max) return 0;
    struct rlimit lowered = {limit->value, limit->value};
    return setrlimit(limit->resource, &lowered);
}

// Runs in the child, which shares the parent's memory until it executes: only async-signal-safe calls,
// and nothing written but the child's own stack frame.
static void run_child(const struct cposix_spawn_request *request, pid_t parent, int reports) {
    if (setpgid(0, 0) < 0) report(reports, CPOSIX_SPAWN_PREPARE);
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0) report(reports, CPOSIX_SPAWN_PREPARE);
    // The parent may have died before the line above; then no signal would ever come.
    if (getppid() != parent) _exit(127);
    if (place(request) < 0) report(reports, CPOSIX_SPAWN_PREPARE);
    close_others_on_execute();
    for (int index = 0; index < request->limit_count; index++) {
        if (lower(&request->limits[index]) < 0) report(reports, CPOSIX_SPAWN_PREPARE);
    }
    if (request->directory != NULL && chdir(request->directory) < 0) {
        report(reports, CPOSIX_SPAWN_DIRECTORY);
    }
    // Handlers must be gone before signals are unblocked: they would run in the parent's memory.
    // The kernel's own call also takes 32 and 33, which sigaction refuses; all zero is SIG_DFL.
    static const unsigned char default_action[64] = {0};
    for (int number = 1; number < NSIG; number++) {
        syscall(SYS_rt_sigaction, number, default_action, NULL, (size_t)8);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(request->path, request->arguments, request->environment);
    report(reports, CPOSIX_SPAWN_EXECUTE);
}

struct cposix_spawn_result cposix_spawn(const struct cposix_spawn_request *request) {
    struct cposix_spawn_result result = {-1, CPOSIX_SPAWN_FORK, 0};
    int reports[2];
    if (pipe2(reports, O_CLOEXEC) < 0) {
        result.error_number = errno;
        return result;
    }
    // The reporting end must not be one of the places 0, 1, 2 when the parent itself has those closed.
    if (reports[1] < 3) {
        int moved = fcntl(reports[1], F_DUPFD_CLOEXEC, 3);
        close(reports[1]);
        reports[1] = moved;
    }
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t parent = getpid();
    // vfork copies no page tables, which fork does for every resident page of a large parent.
    pid_t child = vfork();
    if (child == 0) run_child(request, parent, reports[1]);
    int fork_error = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(reports[1]);
    if (child < 0) {
        result.error_number = fork_error;
    } else {
        int message[2] = {0, 0};
        ssize_t count;
        do count = read(reports[0], message, sizeof message);
        while (count < 0 && errno == EINTR);
        result.process = child;
        result.step = count == sizeof message ? message[0] : 0;
        result.error_number = count == sizeof message ? message[1] : 0;
    }
    close(reports[0]);
    return result;
}

int cposix_open_process(pid_t process) {
    // pidfd_open sets close-on-exec by itself.
    return (int)syscall(SYS_pidfd_open, process, 0);
}

// --- Signals --------------------------------------------------------------------------------------

static volatile sig_atomic_t signal_descriptor = -1;

static void write_signal(int number) {
    int saved = errno;
    unsigned char byte = (unsigned char)number;
    // The pipe does not block: when it is full, the signals in it are enough.
    (void)!write(signal_descriptor, &byte, 1);
    errno = saved;
}

int cposix_route_signal(int signal_number, int descriptor) {
    signal_descriptor = descriptor;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = write_signal;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    return sigaction(signal_number, &action, NULL);
}

int cposix_reset_signal(int signal_number, int ignored) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = ignored ? SIG_IGN : SIG_DFL;
    sigemptyset(&action.sa_mask);
    return sigaction(signal_number, &action, NULL);
}

// --- Odds and ends --------------------------------------------------------------------------------

int cposix_open_timer(int64_t nanoseconds) {
    int descriptor = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    if (descriptor < 0) return -1;
    struct itimerspec time;
    memset(&time, 0, sizeof time);
    time.it_value.tv_sec = nanoseconds / 1000000000;
    time.it_value.tv_nsec = nanoseconds % 1000000000;
    if (timerfd_settime(descriptor, 0, &time, NULL) == 0) return descriptor;
    int error_number = errno;
    close(descriptor);
    errno = error_number;
    return -1;
}

int cposix_open_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

void cposix_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

const char *cposix_error_text(int error_number) {
    const char *text = strerrordesc_np(error_number);
    return text != NULL ? text : "unknown error";
}

char **cposix_environment(void) { return environ; }

int cposix_open_directory(int parent, const char *name) {
    int place = openat(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (place < 0) return -1;
    struct stat status;
    if (fstat(place, &status) == 0 && status.st_uid == geteuid() && (status.st_mode & 0700) != 0700) {
        // Of what is open, whatever is at its name by now. Where it fails, so does what follows.
        char path[32];
        snprintf(path, sizeof path, "/proc/self/fd/%d", place);
        (void)chmod(path, 0700);
    }
    int directory = openat(place, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int failure = errno;
    close(place);
    errno = failure;
    return directory;
}

int cposix_readable_bytes(int descriptor) {
    int count = 0;
    return ioctl(descriptor, FIONREAD, &count) == 0 && count > 0 ? count : 0;
}

int cposix_terminal_columns(int descriptor) {
    struct winsize size;
    return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

int cposix_terminal_rows(int descriptor) {
    struct winsize size;
    return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_row : 0;
}
