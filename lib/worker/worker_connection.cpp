// SPDX-License-Identifier: Apache-2.0
#include "worker/worker_connection.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/write.hpp>

namespace dsr::worker {

namespace asio = boost::asio;

WorkerConnection::WorkerConnection(asio::io_context& io, model::WorkerAddress worker, KillMessageTypes types,
                                   const std::vector<model::TaskInstanceId>& tasks, Done done)
    : resolver_(io),
      socket_(io),
      deadline_(io),
      worker_(std::move(worker)),
      types_(types),
      done_(std::move(done)),
      unanswered_(0),
      buffer_(std::size_t{16} * 1024) {
    std::int64_t request_id = 0;
    for (const auto task : tasks) {
        if (!answers_.try_emplace(task, KillAnswer::unreachable).second) continue;
        outgoing_ += encode_kill_request(types_, ++request_id, task);
    }
    unanswered_ = answers_.size();
}

void WorkerConnection::start(model::Milliseconds wait) {
    deadline_.expires_after(wait);
    deadline_.async_wait([self = shared_from_this()](const boost::system::error_code& error) {
        if (!error) self->finish();
    });
    const auto colon = worker_.text.rfind(':');
    if (colon == std::string::npos) return finish();
    connect(worker_.text.substr(0, colon), worker_.text.substr(colon + 1));
}

void WorkerConnection::connect(const std::string& host, const std::string& port) {
    resolver_.async_resolve(
        host, port, [self = shared_from_this()](const boost::system::error_code& error, const auto& endpoints) {
            if (error || !self->done_) return self->finish();
            asio::async_connect(self->socket_, endpoints,
                                [self](const boost::system::error_code& failed, const asio::ip::tcp::endpoint&) {
                                    if (failed || !self->done_) return self->finish();
                                    self->send();
                                });
        });
}

void WorkerConnection::send() {
    asio::async_write(socket_, asio::buffer(outgoing_),
                      [self = shared_from_this()](const boost::system::error_code& error, std::size_t) {
                          if (error || !self->done_) return self->finish();
                          // The message was accepted: from here on, no answer means "not known to this worker".
                          for (auto& [task, answer] : self->answers_) {
                              if (answer == KillAnswer::unreachable) answer = KillAnswer::silent;
                          }
                          self->receive();
                      });
}

void WorkerConnection::receive() {
    socket_.async_read_some(asio::buffer(buffer_),
                            [self = shared_from_this()](const boost::system::error_code& error, std::size_t size) {
                                if (!self->done_) return;
                                if (error) return self->give_up();
                                self->incoming_.append(self->buffer_.data(), size);
                                self->take_answers();
                            });
}

void WorkerConnection::take_answers() {
    for (;;) {
        auto parse = parse_frame(incoming_);
        if (parse.status == FrameParse::Status::broken) return give_up();
        if (parse.status == FrameParse::Status::incomplete) break;
        incoming_.erase(0, parse.consumed);
        if (parse.frame.type != types_.answer) continue;
        const auto body = parse_kill_answer(parse.frame.body);
        if (!body) continue;
        const auto entry = answers_.find(body->task);
        if (entry == answers_.end() || entry->second != KillAnswer::silent) continue;
        entry->second = body->success ? KillAnswer::killed : KillAnswer::not_killed;
        --unanswered_;
    }
    if (unanswered_ == 0) return finish();
    receive();
}

void WorkerConnection::give_up() {
    // A connection that breaks, or uses another protocol, with answers missing may never have been read.
    for (auto& [task, answer] : answers_) {
        if (answer == KillAnswer::silent) answer = KillAnswer::unreachable;
    }
    finish();
}

void WorkerConnection::cancel() {
    give_up();
}

void WorkerConnection::finish() {
    if (!done_) return;
    const Done done = std::move(done_);
    done_ = nullptr;
    deadline_.cancel();
    resolver_.cancel();
    boost::system::error_code ignored;
    socket_.close(ignored);
    done(std::move(answers_));
}

}  // namespace dsr::worker
