// SPDX-License-Identifier: Apache-2.0
#include "alert/delivery.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>

namespace dsr::alert {

namespace asio = boost::asio;

Delivery::Delivery(asio::io_context& io, spdlog::logger& log, BackOff back_off)
    : io_(io), log_(log), back_off_(back_off), timeout_(io) {}

Delivery::~Delivery() {
    if (!abandon_.stop_requested()) {
        for (const auto& [name, outbox] : outboxes_) outbox->close();
    }
    abandon_.request_stop();
    sender_.stop();
    sender_.join();
}

void Delivery::use(const std::vector<std::shared_ptr<AlertChannel>>& channels) {
    for (const auto& channel : channels) {
        auto& outbox = outboxes_[channel->name()];
        if (!outbox)
            outbox = std::make_unique<Outbox>(io_, sender_, log_, channel->name(), back_off_,
                                              [this] { look_whether_finished(); });
        outbox->use(channel);
    }
    for (const auto& [name, outbox] : outboxes_) {
        const bool stays = std::any_of(channels.begin(), channels.end(),
                                       [&name = name](const auto& channel) { return channel->name() == name; });
        if (!stays) outbox->use(nullptr);
    }
}

void Delivery::enqueue_alert(const std::string& channel, const Alert& alert, model::Instant at) {
    asio::post(io_, [this, channel, alert, at] {
        const auto outbox = outboxes_.find(channel);
        if (outbox != outboxes_.end()) outbox->second->take(alert, at);
    });
}

std::vector<model::ChannelCounts> Delivery::counts(std::vector<model::ChannelCounts> of_report) const {
    for (auto& counts : of_report) {
        const auto outbox = outboxes_.find(counts.name);
        if (outbox != outboxes_.end()) counts = outbox->second->counts();
    }
    return of_report;
}

void Delivery::finish(int tries, model::Milliseconds timeout, std::function<void()> done) {
    if (done_) return;
    done_ = std::move(done);
    tries_ = tries;
    timeout_.expires_after(timeout);
    timeout_.async_wait([this](const boost::system::error_code& error) {
        if (!error) end();
    });
    look_whether_finished();
}

void Delivery::look_whether_finished() {
    if (!done_) return;
    const bool is_idle = std::all_of(outboxes_.begin(), outboxes_.end(),
                                     [this](const auto& entry) { return entry.second->is_idle(tries_); });
    if (is_idle) end();
}

void Delivery::end() {
    if (!done_ || abandon_.stop_requested()) return;
    abandon_.request_stop();
    timeout_.cancel();
    for (const auto& [name, outbox] : outboxes_) outbox->close();
    done_();
}

}  // namespace dsr::alert
