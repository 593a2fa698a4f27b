#include "plugins/standard.h"

#include <memory>

#include "plugins/crypto/crypto_plugin.h"
#include "plugins/fs/fs_plugin.h"
#include "plugins/http/http_plugin.h"
#include "plugins/net/net_plugin.h"

namespace rondo {

void AddStandardPlugins(RuntimeBuilder& builder) {
  builder.Add(std::make_unique<fs::FsPlugin>())
      .Add(std::make_unique<net::NetPlugin>())
      .Add(std::make_unique<crypto::CryptoPlugin>())
      .Add(std::make_unique<http::HttpPlugin>());
}

}  // namespace rondo
