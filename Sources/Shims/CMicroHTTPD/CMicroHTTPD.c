#include "CMicroHTTPD.h"

#include <stdarg.h>
#include <stdio.h>

static void log_formatted(void *kept, const char *format, va_list arguments) {
    const struct cmhd_options *options = kept;
    char line[1024];
    vsnprintf(line, sizeof line, format, arguments);
    options->log(options->context, line);
}

struct MHD_Daemon *cmhd_start(const struct cmhd_options *options, struct cmhd_options *kept) {
    *kept = *options;
    struct MHD_OptionItem tls[] = {
        {MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)options->certificate},
        {MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)options->key},
        {MHD_OPTION_END, 0, NULL},
    };
    struct MHD_OptionItem none[] = {{MHD_OPTION_END, 0, NULL}};
    // The logger comes first, so that it takes what the other options complain about.
    return MHD_start_daemon(
        options->flags, 0, NULL, NULL, options->access, options->context,
        MHD_OPTION_EXTERNAL_LOGGER, log_formatted, kept,
        MHD_OPTION_LISTEN_SOCKET, options->listen_socket,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, options->connection_memory,
        MHD_OPTION_CONNECTION_LIMIT, options->connection_limit,
        MHD_OPTION_CONNECTION_TIMEOUT, options->idle_seconds,
        MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_NOTIFY_COMPLETED, options->completed, options->context,
        MHD_OPTION_NOTIFY_CONNECTION, options->connection, options->context,
        MHD_OPTION_URI_LOG_CALLBACK, options->target, options->context,
        MHD_OPTION_ARRAY, options->certificate ? tls : none,
        MHD_OPTION_END);
}
