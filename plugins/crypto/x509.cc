#include "plugins/crypto/x509.h"

#include <arpa/inet.h>
#include <openssl/pem.h>

#include "absl/strings/str_cat.h"

namespace rondo::crypto::internal {

absl::Status CheckMostBytes(absl::string_view operation, absl::string_view parameter,
                            absl::string_view data, size_t most) {
  if (data.size() <= most) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(operation, ": ", parameter, ": ", data.size(),
                                                 " bytes are more than ", most >> 20, " MiB"));
}

absl::StatusOr<std::vector<Certificate>> ReadCertificates(absl::string_view operation,
                                                          absl::string_view parameter,
                                                          absl::string_view pem) {
  const Bio in = ReadFrom(pem);
  if (in == nullptr) return OpenSslError(operation);
  std::vector<Certificate> certificates;
  for (;;) {
    Certificate next(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr));
    if (next == nullptr) break;
    certificates.push_back(std::move(next));
  }
  const bool at_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  if (!at_end || certificates.empty()) {
    return InputError(
        operation, absl::StrCat(parameter, certificates.empty() ? ": no certificate in PEM"
                                                                : ": a broken certificate in PEM"));
  }
  ERR_clear_error();
  return certificates;
}

std::string NameText(const X509_NAME* name) {
  const Bio out = WriteToMemory();
  if (out == nullptr || X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253) < 0) return "";
  return std::string(WrittenTo(out.get()));
}

std::string IpBytes(absl::string_view text) {
  const std::string terminated(text);
  char bytes[16];
  if (text.find('\0') != text.npos) return "";
  if (inet_pton(AF_INET, terminated.c_str(), bytes) == 1) return std::string(bytes, 4);
  if (inet_pton(AF_INET6, terminated.c_str(), bytes) == 1) return std::string(bytes, 16);
  return "";
}

std::string IpText(absl::string_view bytes) {
  if (bytes.size() != 4 && bytes.size() != 16) return "";
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(bytes.size() == 4 ? AF_INET : AF_INET6, bytes.data(), text, sizeof(text));
  return text;
}

}  // namespace rondo::crypto::internal
