// SPDX-License-Identifier: Apache-2.0
// Server-sent events: each event goes to every follower, as one shared block of memory. A new follower first gets the
// present state. Lives on the io_context's thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace dsr::http {

class EventHub : public std::enable_shared_from_this<EventHub> {
public:
    using Frame = std::shared_ptr<const std::string>;
    using Take = std::function<void(const Frame&)>;
    using Ticket = std::uint64_t;

    /// `ping`: interval of comments, so that proxies and readers see that the connection is open.
    EventHub(boost::asio::io_context& io, std::chrono::milliseconds ping);

    /// The first event for each new follower.
    void greet_with(std::string event, std::function<std::string()> data);
    void publish(std::string_view event, std::string_view data);

    /// `take` is called with the greeting now, and with each later event until `unsubscribe`, which it may call itself.
    Ticket subscribe(const Take& take);
    void unsubscribe(Ticket ticket) { followers_.erase(ticket); }
    [[nodiscard]] std::size_t followers() const { return followers_.size(); }

private:
    void send(const Frame& frame);
    void ping_later();

    boost::asio::steady_timer timer_;
    std::chrono::milliseconds ping_;
    bool pinging_ = false;
    Ticket next_ = 1;
    std::map<Ticket, Take> followers_;
    std::string greeting_;
    std::function<std::string()> greeting_data_;
};

}  // namespace dsr::http
