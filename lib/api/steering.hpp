// SPDX-License-Identifier: Apache-2.0
// What a person tells over HTTP, read from the body of a request: openapi.json's PauseRequest and so on. Pure. Each
// throws http::Refusal for a body that is not as described there.
#pragma once

#include "http/message.hpp"
#include "model/control.hpp"

namespace dsr::api {

model::ControlNote pause_of(const http::Request& request, model::Instant now);
model::ControlNote resume_of(const http::Request& request, model::Instant now);
/// Of one instance, of a mass loss, or of an unproven cluster.
model::ControlNote release_of(const http::Request& request, model::Instant now);

}  // namespace dsr::api
