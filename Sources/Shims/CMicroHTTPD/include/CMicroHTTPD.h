// What Swift cannot import from libmicrohttpd, and its headers.
#pragma once
#include <microhttpd.h>
