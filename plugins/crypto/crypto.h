// The task kinds of the crypto plugin.
#ifndef RONDO_PLUGINS_CRYPTO_CRYPTO_H_
#define RONDO_PLUGINS_CRYPTO_CRYPTO_H_

#include "plugins/crypto/aead.h"    // IWYU pragma: export
#include "plugins/crypto/hash.h"    // IWYU pragma: export
#include "plugins/crypto/scrypt.h"  // IWYU pragma: export
#include "plugins/crypto/secret.h"  // IWYU pragma: export

#endif  // RONDO_PLUGINS_CRYPTO_CRYPTO_H_
