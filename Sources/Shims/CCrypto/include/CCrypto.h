// What Swift cannot import from libcrypto, and its headers.
#pragma once
#include <openssl/evp.h>
