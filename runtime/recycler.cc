#include "runtime/recycler.h"

#include <array>
#include <cstdint>
#include <new>

#include "absl/base/config.h"
#include "absl/base/const_init.h"
#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace rondo {
namespace {

#if defined(ABSL_HAVE_ADDRESS_SANITIZER) || defined(ABSL_HAVE_THREAD_SANITIZER) || \
    defined(ABSL_HAVE_MEMORY_SANITIZER)
// A recycled block would hide its use after it was freed.
constexpr bool kRecycle = false;
#else
constexpr bool kRecycle = true;
#endif

constexpr size_t kClassBytes = 64;
constexpr size_t kClasses = 32;  // Blocks of up to 2 KiB.
constexpr size_t kBatch = 32;    // Blocks that move between a thread and the store at once.
// Of one class in the store; more go back to the heap.
constexpr size_t kMaxStoredBytes = size_t{4} << 20;

struct Block {
  Block* next;
};

// A chain of kBatch blocks of one class is threaded through its first block.
struct Batch {
  Block* next;
  Batch* next_batch;
};

constexpr size_t MaxBatches(size_t size_class) {
  return kMaxStoredBytes / (kBatch * (size_class + 1) * kClassBytes);
}

size_t ClassOf(size_t size) { return size == 0 ? 0 : (size - 1) / kClassBytes; }

void FreeChain(Block* block) {
  while (block != nullptr) {
    Block* next = block->next;
    ::operator delete(block);
    block = next;
  }
}

// What the threads share: whole batches, so that its lock is taken once in kBatch blocks.
class Store {
 public:
  constexpr Store() = default;

  Block* Take(size_t size_class) {
    absl::MutexLock lock(&mu_);
    Batch*& top = batches_[size_class];
    if (top == nullptr) return nullptr;
    Batch* batch = top;
    top = batch->next_batch;
    --counts_[size_class];
    return reinterpret_cast<Block*>(batch);
  }

  void Give(size_t size_class, Block* chain) {
    {
      absl::MutexLock lock(&mu_);
      if (counts_[size_class] < MaxBatches(size_class)) {
        Batch* batch = reinterpret_cast<Batch*>(chain);
        batch->next_batch = batches_[size_class];
        batches_[size_class] = batch;
        ++counts_[size_class];
        return;
      }
    }
    FreeChain(chain);
  }

 private:
  absl::Mutex mu_{absl::kConstInit};
  std::array<Batch*, kClasses> batches_ ABSL_GUARDED_BY(mu_) = {};
  std::array<size_t, kClasses> counts_ ABSL_GUARDED_BY(mu_) = {};
};

// Never destroyed: threads that outlive main may still give their blocks back.
constinit Store store;

// One thread's blocks of one class. `spare` is null or a full batch, kept so that a thread
// that swings around a batch's edge does not take the store's lock at every swing.
struct Shelf {
  Block* top = nullptr;
  Block* spare = nullptr;
  size_t count = 0;  // Blocks below `top`.
};

// A thread's own. Trivial, so that to reach it costs no check whether it was constructed.
struct Shelves {
  std::array<Shelf, kClasses> of_class;
  enum : uint8_t { kUnused, kOpen, kClosed } state;
};

constinit thread_local Shelves shelves = {};

// Clears them when the thread ends.
struct Janitor {
  ~Janitor() {
    shelves.state = Shelves::kClosed;
    for (Shelf& shelf : shelves.of_class) {
      FreeChain(shelf.top);
      FreeChain(shelf.spare);
      shelf = Shelf();
    }
  }
  void Engage() { shelves.state = Shelves::kOpen; }
};

thread_local Janitor janitor;

Block* Refill(Shelf& shelf, size_t size_class) {
  if (shelves.state == Shelves::kUnused) janitor.Engage();
  Block* chain = shelf.spare;
  shelf.spare = nullptr;
  if (chain == nullptr) chain = store.Take(size_class);
  if (chain == nullptr) {
    return static_cast<Block*>(::operator new((size_class + 1) * kClassBytes));
  }
  shelf.top = chain->next;
  shelf.count = kBatch - 1;
  return chain;
}

}  // namespace

void* AllocateRecycled(size_t size) {
  const size_t size_class = ClassOf(size);
  if (!kRecycle || size_class >= kClasses) return ::operator new(size);
  Shelf& shelf = shelves.of_class[size_class];
  if (shelf.top == nullptr) return Refill(shelf, size_class);
  Block* block = shelf.top;
  shelf.top = block->next;
  --shelf.count;
  return block;
}

void Recycle(void* memory, size_t size) {
  const size_t size_class = ClassOf(size);
  if (!kRecycle || size_class >= kClasses) return ::operator delete(memory);
  if (shelves.state != Shelves::kOpen) {
    // What other destructors of the thread give back when its shelves are gone goes to the heap.
    if (shelves.state == Shelves::kClosed) return ::operator delete(memory);
    janitor.Engage();
  }
  Shelf& shelf = shelves.of_class[size_class];
  if (shelf.count == kBatch) {
    if (shelf.spare != nullptr) store.Give(size_class, shelf.spare);
    shelf.spare = shelf.top;
    shelf.top = nullptr;
    shelf.count = 0;
  }
  Block* block = static_cast<Block*>(memory);
  block->next = shelf.top;
  shelf.top = block;
  ++shelf.count;
}

}  // namespace rondo
