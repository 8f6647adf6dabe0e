// What Swift cannot import from libmicrohttpd, and its headers.
#pragma once
#include <microhttpd.h>

// What a daemon is started with: MHD_start_daemon is variadic, which Swift cannot call.
struct cmhd_options {
    unsigned int flags;
    int listen_socket;
    size_t connection_memory;
    unsigned int connection_limit;
    unsigned int idle_seconds;
    // Null without TLS; null-terminated PEM.
    const char *certificate;
    const char *key;
    void *context;
    MHD_AccessHandlerCallback access;
    MHD_RequestCompletedCallback completed;
    MHD_NotifyConnectionCallback connection;
    void *(*target)(void *context, const char *target, struct MHD_Connection *connection);
    // Takes a formatted line: Swift cannot read a va_list handed to a callback.
    void (*log)(void *context, const char *line);
};

// The context and the log function must outlive the daemon. Null when the daemon cannot start.
struct MHD_Daemon *cmhd_start(const struct cmhd_options *options, struct cmhd_options *kept);

static inline int cmhd_epoll_descriptor(struct MHD_Daemon *daemon) {
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
    return info ? info->epoll_fd : -1;
}
static inline int cmhd_connection_socket(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}
static inline const struct sockaddr *cmhd_connection_peer(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    return info ? info->client_addr : NULL;
}
static inline void *cmhd_connection_context(struct MHD_Connection *connection) {
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}
// These are macros with casts.
static const uint64_t cmhd_size_unknown = MHD_SIZE_UNKNOWN;
static const ssize_t cmhd_end_of_stream = MHD_CONTENT_READER_END_OF_STREAM;
static const ssize_t cmhd_end_with_error = MHD_CONTENT_READER_END_WITH_ERROR;
