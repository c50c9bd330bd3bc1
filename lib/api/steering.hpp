// SPDX-License-Identifier: Apache-2.0
// Operators' commands over HTTP, parsed from the body of a request: openapi.json's PauseRequest and so on. Pure. Each
// throws http::Refusal for an invalid body.
#pragma once

#include "http/message.hpp"
#include "model/control.hpp"

namespace dsr::api {

model::ControlNote pause_of(const http::Request& request, model::Instant now);
model::ControlNote resume_of(const http::Request& request, model::Instant now);
/// For one instance, a mass loss, or an unproven cluster.
model::ControlNote release_of(const http::Request& request, model::Instant now);

}  // namespace dsr::api
