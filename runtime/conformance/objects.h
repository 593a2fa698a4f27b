// Requests that name live objects.
#ifndef RONDO_RUNTIME_CONFORMANCE_OBJECTS_H_
#define RONDO_RUNTIME_CONFORMANCE_OBJECTS_H_

#include "nlohmann/json.hpp"
#include "runtime/runtime.h"
#include "runtime/value_type.h"

namespace rondo::conformance {

// Where a request has {"result_of": {KIND: REQUEST}}, makes that call and puts its result there:
// the id of an object that the kind opens. Fails the test when the call fails.
nlohmann::json WithObjects(Runtime& runtime, nlohmann::json request);

// Whether a request of this type needs a live object, and none is given by what WithObjects
// understands: the door will refuse it.
bool LacksObject(const ValueType& type, const nlohmann::json& request);

}  // namespace rondo::conformance

#endif  // RONDO_RUNTIME_CONFORMANCE_OBJECTS_H_
