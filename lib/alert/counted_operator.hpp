// SPDX-License-Identifier: Apache-2.0
// An operator whose successes and failures are counted, for one that tells before tell() returns. Thread: as the
// operator behind it.
#pragma once

#include <functional>
#include <memory>

#include "alert/alert_operator.hpp"

namespace dsr::alert {

class CountedOperator final : public AlertOperator {
public:
    /// told: called after each alert, with whether it was told.
    CountedOperator(std::unique_ptr<AlertOperator> inner, std::function<void(bool)> told)
        : inner_(std::move(inner)), told_(std::move(told)) {}
    [[nodiscard]] std::string name() const override { return inner_->name(); }
    void tell(const Alert& alert, model::Instant now) override {
        try {
            inner_->tell(alert, now);
        } catch (...) {
            told_(false);
            throw;
        }
        told_(true);
    }

private:
    std::unique_ptr<AlertOperator> inner_;
    std::function<void(bool)> told_;
};

}  // namespace dsr::alert
