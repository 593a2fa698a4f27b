// The task kinds of the crypto plugin.
#ifndef RONDO_PLUGINS_CRYPTO_CRYPTO_H_
#define RONDO_PLUGINS_CRYPTO_CRYPTO_H_

#include "plugins/crypto/aead.h"              // IWYU pragma: export
#include "plugins/crypto/agree.h"             // IWYU pragma: export
#include "plugins/crypto/argon2.h"            // IWYU pragma: export
#include "plugins/crypto/certificate.h"       // IWYU pragma: export
#include "plugins/crypto/compute_hmac.h"      // IWYU pragma: export
#include "plugins/crypto/digest.h"            // IWYU pragma: export
#include "plugins/crypto/export_key.h"        // IWYU pragma: export
#include "plugins/crypto/generate_key.h"      // IWYU pragma: export
#include "plugins/crypto/hash.h"              // IWYU pragma: export
#include "plugins/crypto/hash_file.h"         // IWYU pragma: export
#include "plugins/crypto/hasher.h"            // IWYU pragma: export
#include "plugins/crypto/hkdf.h"              // IWYU pragma: export
#include "plugins/crypto/hmac.h"              // IWYU pragma: export
#include "plugins/crypto/import_key.h"        // IWYU pragma: export
#include "plugins/crypto/key.h"               // IWYU pragma: export
#include "plugins/crypto/make_certificate.h"  // IWYU pragma: export
#include "plugins/crypto/pbkdf2.h"            // IWYU pragma: export
#include "plugins/crypto/random.h"            // IWYU pragma: export
#include "plugins/crypto/scrypt.h"            // IWYU pragma: export
#include "plugins/crypto/seal_file.h"         // IWYU pragma: export
#include "plugins/crypto/seal_stream.h"       // IWYU pragma: export
#include "plugins/crypto/secret.h"            // IWYU pragma: export
#include "plugins/crypto/sign.h"              // IWYU pragma: export

#endif  // RONDO_PLUGINS_CRYPTO_CRYPTO_H_
