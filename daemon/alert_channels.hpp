// SPDX-License-Identifier: Apache-2.0
// The alert channels outside the cluster of a configuration: webhooks and e-mail.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "alert/channel.hpp"
#include "config/config.hpp"

namespace dsr {

/// This process and the cluster that it watches, as alerts name them.
alert::AlertOrigin origin_of(const config::Config& config);

/// stop: cancels the current transfer. strict: a mail that one of its recipients cannot get counts as failed.
std::vector<std::shared_ptr<alert::AlertChannel>> outside_channels(const config::Config& config,
                                                                   const std::stop_token& stop, bool strict = false);

/// Their names alone.
std::vector<std::string> outside_channel_names(const config::Config& config);

}  // namespace dsr
