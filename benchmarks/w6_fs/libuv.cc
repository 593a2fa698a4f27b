// W6 on libuv: uv_fs_read, and what else a whole file takes, one call behind the other.
//
//   libuv random READS       64 in flight
//   libuv small READS        64 in flight
//   libuv sequential READS   one at a time

#include <fcntl.h>
#include <uv.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "benchmarks/common/files.h"
#include "benchmarks/common/measure.h"

namespace {

using bench::Files;

const Files* all_files = nullptr;
uv_file large = -1;
int64_t next_read = 0;
int64_t count = 0;

// One read after the other, in the same buffer.
struct Reader {
  explicit Reader(int64_t bytes) : buffer(static_cast<size_t>(bytes), '\0') {
    request.data = this;
    vector = uv_buf_init(buffer.data(), static_cast<unsigned>(bytes));
  }

  uv_fs_t request;
  std::string buffer;
  uv_buf_t vector;
  uv_file file = -1;
  int64_t number = 0;
  int64_t size = 0;
};

Reader& Done(uv_fs_t* request, int64_t& result) {
  result = request->result;
  bench::Require(result >= 0, "a call");
  Reader& reader = *static_cast<Reader*>(request->data);
  uv_fs_req_cleanup(request);
  return reader;
}

void ReadBlock(Reader& reader) {
  if (next_read == count) return;
  const int64_t i = next_read++;
  const auto bytes = static_cast<int64_t>(reader.buffer.size());
  const bool is_large = bytes == bench::kLargeBlockBytes;
  reader.number = is_large ? Files::LargeBlock(i) : Files::Block(i);
  uv_fs_read(uv_default_loop(), &reader.request, large, &reader.vector, 1, reader.number * bytes,
             [](uv_fs_t* request) {
               int64_t size;
               Reader& self = Done(request, size);
               if (self.buffer.size() == bench::kLargeBlockBytes) {
                 Files::CheckLarge(self.buffer.data(), size, self.number);
               } else {
                 Files::Check(self.buffer.data(), size, self.number, bench::kBlockBytes);
               }
               ReadBlock(self);
             });
}

void OnOpen(uv_fs_t* request);
void OnStat(uv_fs_t* request);
void OnRead(uv_fs_t* request);
void OnClose(uv_fs_t* request);

void ReadSmall(Reader& reader) {
  if (next_read == count) return;
  reader.number = Files::Small(next_read++);
  uv_fs_open(uv_default_loop(), &reader.request, all_files->small(reader.number).c_str(), O_RDONLY,
             0, &OnOpen);
}

void OnOpen(uv_fs_t* request) {
  int64_t file;
  Reader& reader = Done(request, file);
  reader.file = static_cast<uv_file>(file);
  uv_fs_fstat(uv_default_loop(), &reader.request, reader.file, &OnStat);
}

void OnStat(uv_fs_t* request) {
  int64_t result;
  Reader& reader = Done(request, result);
  uv_fs_read(uv_default_loop(), &reader.request, reader.file, &reader.vector, 1, 0, &OnRead);
}

void OnRead(uv_fs_t* request) {
  Reader& reader = Done(request, static_cast<Reader*>(request->data)->size);
  uv_fs_close(uv_default_loop(), &reader.request, reader.file, &OnClose);
}

void OnClose(uv_fs_t* request) {
  int64_t result;
  Reader& reader = Done(request, result);
  Files::Check(reader.buffer.data(), reader.size, reader.number, bench::kBlockBytes);
  ReadSmall(reader);
}

void Run(const std::string& variant, int64_t reads) {
  next_read = 0;
  count = reads;
  const bool one = variant == "sequential";
  std::vector<std::unique_ptr<Reader>> readers;
  for (int64_t i = std::min(count, one ? 1 : bench::kInFlight); i > 0; --i) {
    readers.push_back(std::make_unique<Reader>(one ? bench::kLargeBlockBytes : bench::kBlockBytes));
    variant == "small" ? ReadSmall(*readers.back()) : ReadBlock(*readers.back());
  }
  uv_run(uv_default_loop(), UV_RUN_DEFAULT);
  bench::Require(next_read == count, "every read");
}

}  // namespace

int main(int argc, char** argv) {
  const std::string variant = bench::Word(argc, argv, 1);
  bench::Require(variant == "random" || variant == "small" || variant == "sequential",
                 "random, small or sequential");
  const int64_t reads = bench::Number(argc, argv, 2, 1'000'000);
  const Files files;
  all_files = &files;
  large = open(files.large().c_str(), O_RDONLY | O_CLOEXEC);
  Run(variant, 200);
  const bench::Measurement measurement;
  Run(variant, reads);
  bench::Report report = measurement.End(reads);
  close(large);
  report.Print();
}
