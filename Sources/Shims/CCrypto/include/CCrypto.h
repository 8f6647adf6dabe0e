// What Swift cannot import from libcrypto, and its headers.
#pragma once
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
