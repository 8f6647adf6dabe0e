// What Swift cannot import from libsqlite3, and its headers.
#pragma once
#include <sqlite3.h>
