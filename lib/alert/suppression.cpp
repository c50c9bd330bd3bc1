// SPDX-License-Identifier: Apache-2.0
#include "alert/suppression.hpp"

namespace dsr::alert {

bool Suppression::due(const std::string& key, model::Instant now) const {
    const auto last = told_.find(key);
    return last == told_.end() || now - last->second >= window_ || now < last->second;
}

void Suppression::told(const std::string& key, model::Instant now) {
    std::erase_if(told_, [&](const auto& entry) { return now - entry.second >= window_; });
    told_[key] = now;
}

}  // namespace dsr::alert
