// Requests to try a kind with.
#ifndef RONDO_RUNTIME_CONFORMANCE_SAMPLE_REQUESTS_H_
#define RONDO_RUNTIME_CONFORMANCE_SAMPLE_REQUESTS_H_

#include <string>
#include <vector>

#include "nlohmann/json.hpp"
#include "runtime/kind_info.h"

namespace rondo::conformance {

// A request that the by-name door takes: what `given` has, and for the fields that are required
// and not given something of their type, a short text for bytes. It may well fail; how it does is
// what is looked at.
nlohmann::json SampleRequest(const KindInfo& kind, const nlohmann::json& given);

// A request that the door must refuse, and the field that it has to name.
struct MalformedRequest {
  nlohmann::json request;
  std::string field;  // Empty: the request as a whole.
};

// Every field of another type, every required one missing, one that is unknown, and no object.
std::vector<MalformedRequest> MalformedRequests(const KindInfo& kind, const nlohmann::json& good);

}  // namespace rondo::conformance

#endif  // RONDO_RUNTIME_CONFORMANCE_SAMPLE_REQUESTS_H_
