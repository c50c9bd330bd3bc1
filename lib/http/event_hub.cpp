// SPDX-License-Identifier: Apache-2.0
#include "http/event_hub.hpp"

#include <vector>

namespace dsr::http {

namespace {

std::string frame_of(std::string_view event, std::string_view data) {
    std::string frame = "event: " + std::string(event) + "\n";
    while (true) {
        const auto end = data.find('\n');
        frame += "data: " + std::string(data.substr(0, end)) + "\n";
        if (end == std::string_view::npos) break;
        data.remove_prefix(end + 1);
    }
    return frame + "\n";
}

}  // namespace

EventHub::EventHub(boost::asio::io_context& io, std::chrono::milliseconds ping) : timer_(io), ping_(ping) {}

void EventHub::greet_with(std::string event, std::function<std::string()> data) {
    greeting_ = std::move(event);
    greeting_data_ = std::move(data);
}

void EventHub::publish(std::string_view event, std::string_view data) {
    if (!followers_.empty()) send(std::make_shared<const std::string>(frame_of(event, data)));
}

EventHub::Ticket EventHub::subscribe(const Take& take) {
    const auto ticket = next_++;
    followers_.emplace(ticket, take);
    if (greeting_data_) take(std::make_shared<const std::string>(frame_of(greeting_, greeting_data_())));
    ping_later();
    return ticket;
}

void EventHub::send(const Frame& frame) {
    std::vector<Ticket> now;
    now.reserve(followers_.size());
    for (const auto& [ticket, take] : followers_) now.push_back(ticket);
    for (const auto ticket : now) {
        // A follower that fails unsubscribes itself, which destroys the called function: keep a copy.
        if (const auto found = followers_.find(ticket); found != followers_.end()) Take(found->second)(frame);
    }
}

void EventHub::ping_later() {
    if (pinging_ || followers_.empty()) return;
    pinging_ = true;
    timer_.expires_after(ping_);
    timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
        const auto self = weak.lock();
        if (error || !self) return;
        self->pinging_ = false;
        self->send(std::make_shared<const std::string>(":\n\n"));
        self->ping_later();
    });
}

}  // namespace dsr::http
