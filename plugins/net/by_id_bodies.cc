#include "plugins/net/by_id_bodies.h"

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "plugins/net/by_id.h"
#include "runtime/task.h"

namespace rondo::net::internal {
namespace {

constexpr int64_t kMostBytes = 1 << 20;
constexpr size_t kLargestDatagram = 65535;

absl::Status Missing(absl::string_view kind, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(kind, ": no open ", what));
}

// Null, or closed.
template <typename T>
bool Unusable(const ResourceRef<T>& reference) {
  return !reference || reference->closed();
}

// The request stays in the frame, and with it what it refers to.

template <typename S>
Task<absl::StatusOr<std::string>> Read(ReadStream<S> request) {
  if (Unusable(request.stream)) co_return Missing(request.kKind, "stream");
  if (request.max_bytes < 1 || request.max_bytes > kMostBytes) {
    co_return absl::InvalidArgumentError(
        absl::StrCat(request.kKind, ": max_bytes=", request.max_bytes, " is out of range"));
  }
  std::string data(static_cast<size_t>(request.max_bytes), '\0');
  absl::StatusOr<size_t> size = co_await request.stream->Read(absl::MakeSpan(data));
  if (!size.ok()) co_return size.status();
  data.resize(*size);
  co_return data;
}

template <typename S>
Task<absl::Status> Write(WriteStream<S> request) {
  if (Unusable(request.stream)) co_return Missing(request.kKind, "stream");
  co_return co_await request.stream->Write(request.data);
}

template <typename S>
Task<absl::Status> ShutdownWrite(ShutdownWriteStream<S> request) {
  if (Unusable(request.stream)) co_return Missing(request.kKind, "stream");
  co_return request.stream->ShutdownWrite();
}

template <typename Accept>
Task<absl::StatusOr<typename Accept::Result>> AcceptOn(Accept request) {
  if (Unusable(request.listener)) co_return Missing(request.kKind, "listener");
  co_return co_await request.listener->Accept();
}

Task<absl::StatusOr<Address>> WhereTcp(LocalAddressOfTcp request) {
  if (Unusable(request.listener)) co_return Missing(request.kKind, "listener");
  co_return request.listener->local_address();
}

Task<absl::StatusOr<Address>> WhereUdp(LocalAddressOfUdp request) {
  if (Unusable(request.socket)) co_return Missing(request.kKind, "socket");
  co_return request.socket->local_address();
}

Task<absl::Status> SendDatagram(SendUdp request) {
  if (Unusable(request.socket)) co_return Missing(request.kKind, "socket");
  co_return co_await request.socket->Send(request.data, request.to);
}

Task<absl::StatusOr<ReceivedDatagram>> ReceiveDatagram(ReceiveUdp request) {
  if (Unusable(request.socket)) co_return Missing(request.kKind, "socket");
  std::string data(kLargestDatagram, '\0');
  absl::StatusOr<Datagram> datagram = co_await request.socket->Receive(absl::MakeSpan(data));
  if (!datagram.ok()) co_return datagram.status();
  co_return ReceivedDatagram{.data = std::string(datagram->data), .from = datagram->from};
}

template <typename S>
void RegisterStreamKinds(Registrar& registrar) {
  registrar.OnLoop<ReadStream<S>>(&Read<S>);
  registrar.OnLoop<WriteStream<S>>(&Write<S>);
  registrar.OnLoop<ShutdownWriteStream<S>>(&ShutdownWrite<S>);
}

}  // namespace

void RegisterKindsById(Registrar& registrar) {
  RegisterStreamKinds<TcpStream>(registrar);
  RegisterStreamKinds<UnixStream>(registrar);
  RegisterStreamKinds<TlsStream>(registrar);
  registrar.OnLoop<AcceptTcp>(&AcceptOn<AcceptTcp>);
  registrar.OnLoop<AcceptUnix>(&AcceptOn<AcceptUnix>);
  registrar.OnLoop<LocalAddressOfTcp>(&WhereTcp);
  registrar.OnLoop<LocalAddressOfUdp>(&WhereUdp);
  registrar.OnLoop<SendUdp>(&SendDatagram);
  registrar.OnLoop<ReceiveUdp>(&ReceiveDatagram);
}

}  // namespace rondo::net::internal
