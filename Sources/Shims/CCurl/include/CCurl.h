// What Swift cannot import from libcurl, and its headers.
#pragma once
#include <curl/curl.h>
