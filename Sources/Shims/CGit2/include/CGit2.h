// What Swift cannot import from libgit2, and its headers.
#pragma once
#include <git2.h>
