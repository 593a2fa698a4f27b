#include "runtime/recycler.h"

#include "absl/base/const_init.h"
#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace rondo::recycler_internal {

constinit thread_local Shelves shelves = {};

namespace {

constexpr size_t kBatch = 32;  // Blocks that move between a thread and the store at once.
// Of one class in the store; more go back to the heap.
constexpr size_t kMaxStoredBytes = size_t{4} << 20;

// A chain of kBatch blocks of one class is threaded through its first block.
struct Batch {
  Block* next;
  Batch* next_batch;
};

constexpr size_t MaxBatches(size_t size_class) {
  return kMaxStoredBytes / (kBatch * (size_class + 1) * kClassBytes);
}

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

// Written by DisableRecycling, before there are threads that read it.
constinit bool disabled = false;

// Clears the shelves when the thread ends.
struct Janitor {
  ~Janitor() {
    shelves.state = Shelves::kClosed;
    for (Shelf& shelf : shelves.of_class) {
      FreeChain(shelf.top);
      FreeChain(shelf.spare);
      shelf = Shelf();
    }
  }
  void Engage() { shelves.state = disabled ? Shelves::kClosed : Shelves::kOpen; }
};

thread_local Janitor janitor;

}  // namespace

void* AllocateElsewhere(size_t size_class) {
  if (shelves.state == Shelves::kUnused) janitor.Engage();
  Shelf& shelf = shelves.of_class[size_class];
  Block* chain = shelf.spare;
  shelf.spare = nullptr;
  // What other destructors of the thread ask for when its shelves are gone comes from the heap.
  if (chain == nullptr && shelves.state == Shelves::kOpen) chain = store.Take(size_class);
  if (chain == nullptr) return ::operator new((size_class + 1) * kClassBytes);
  shelf.top = chain->next;
  shelf.room = 1;
  return chain;
}

void RecycleElsewhere(Block* block, size_t size_class) {
  if (shelves.state == Shelves::kUnused) janitor.Engage();
  // As well as what they give back.
  if (shelves.state == Shelves::kClosed) return ::operator delete(block);
  Shelf& shelf = shelves.of_class[size_class];
  // It is full, or has not been used yet.
  if (shelf.top != nullptr) {
    if (shelf.spare != nullptr) store.Give(size_class, shelf.spare);
    shelf.spare = shelf.top;
  }
  block->next = nullptr;
  shelf.top = block;
  shelf.room = kBatch - 1;
}

}  // namespace rondo::recycler_internal

namespace rondo {

void DisableRecycling() { recycler_internal::disabled = true; }

}  // namespace rondo
