// SPDX-License-Identifier: Apache-2.0
#include "registry/jdbc/signs_of_life.hpp"

#include <algorithm>
#include <utility>

namespace dsr::registry::jdbc {

using namespace std::chrono_literals;

namespace {

/// How long a comeback counts. A purged master comes back once for every purge, of which each server does one a minute.
constexpr auto comeback_counts = 10min;

}  // namespace

void SignsOfLife::take(const Signs& signs) {
    const bool clients_moved = take_clients(signs);
    const bool rows_moved = take_rows(signs);
    reported_.clear();
    for (const auto& [key, report] : signs.reports) reported_.insert(key);
    note_standstill(signs.at, last_ && (clients_moved || rows_moved || !signs.reports.empty()));
    judge();
    note_signs(signs);
    last_ = signs.at;
    last_asked_ = signs.asked;
}

bool SignsOfLife::take_clients(const Signs& signs) {
    bool moved = false;
    std::map<std::int64_t, KnownClient> clients;
    for (const auto& [id, client] : signs.clients) {
        const auto known = clients_.find(id);
        if (known != clients_.end() && known->second.client.stamp == client.stamp) {
            clients.emplace(id,
                            KnownClient{client, known->second.since, known->second.sign, false, known->second.still});
        } else {
            clients.emplace(id, KnownClient{client, signs.at, signs.answered, true, false});
            moved = true;
        }
    }
    clients_ = std::move(clients);
    return moved;
}

bool SignsOfLife::take_rows(const Signs& signs) {
    bool moved = false;
    std::map<std::string, KnownRow> rows;
    for (const auto& [key, row] : signs.rows) {
        count_comeback(key, row, signs.at);
        KnownRow now{row, signs.at, false, times(key, row, signs)};
        const auto known = rows_.find(key);
        if (known != rows_.end() && known->second.row == row && !signs.reports.contains(key)) {
            now.since = known->second.since;
            now.still = known->second.still;
        } else {
            moved = true;
        }
        rows.emplace(key, std::move(now));
    }
    rows_ = std::move(rows);
    std::erase_if(comebacks_, [&](const auto& entry) { return signs.at - entry.second.last > comeback_counts; });
    return moved;
}

void SignsOfLife::count_comeback(const std::string& key, const DataRow& row, Clock::time_point at) {
    auto& known = comebacks_[key];
    if (known.client != row.client) known = {row.client, row.id, at, {}};
    if (known.row != row.id) known.at.push_back(at);
    known.row = row.id;
    known.last = at;
    std::erase_if(known.at, [&](Clock::time_point then) { return at - then > comeback_counts; });
}

void SignsOfLife::note_standstill(Clock::time_point at, bool moved) {
    if (moved) moved_ = at;
    // A client refreshes at least three times in its session timeout.
    standstill_ = moved_ && at - *moved_ >= std::max(terms_.standstill, longest_timeout() / 2);
    if (standstill_) restart(at);
}

void SignsOfLife::restart(Clock::time_point at) {
    for (auto& [key, known] : rows_) known.since = at;
    for (auto& [id, known] : clients_) known.since = at;
}

/// Silence counts up to the last look that saw anything move: while nobody refreshes, nobody ages. What stood still for
/// its whole time stays so until it changes: a restart of the ages tells nothing of it.
void SignsOfLife::judge() {
    if (!moved_) return;
    for (auto& [id, known] : clients_) known.still = known.still || *moved_ - known.since >= allowed(known.client);
    for (auto& [key, known] : rows_) {
        const auto client = clients_.find(known.row.client);
        if (client == clients_.end()) {
            known.still = known.still || *moved_ - known.since >= allowed({});
        } else {
            const auto since = std::max(known.since, client->second.since);
            known.still = (known.still && !client->second.moved) || *moved_ - since >= allowed(client->second.client);
        }
    }
}

model::Milliseconds SignsOfLife::longest_timeout() const {
    model::Milliseconds longest{0};
    for (const auto& [id, known] : clients_)
        longest = std::max(longest, known.client.session_timeout.value_or(terms_.session_timeout));
    return longest;
}

void SignsOfLife::note_signs(const Signs& signs) {
    for (const auto& [key, report] : signs.reports) signs_[key] = signs.answered;
    for (const auto& [key, known] : rows_) {
        auto& sign = signs_[key];
        sign = std::max(sign, known.times.written.by);
        if (const auto client = clients_.find(known.row.client); client != clients_.end())
            sign = std::max(sign, client->second.sign);
    }
}

std::map<std::string, model::Instant> SignsOfLife::last_signs() const {
    std::map<std::string, model::Instant> silent;
    for (const auto& [key, sign] : signs_) {
        const auto now = standing(key);
        if (now == Standing::absent || now == Standing::still) silent.emplace(key, sign);
    }
    return silent;
}

SignsOfLife::Standing SignsOfLife::standing(const std::string& key) const {
    const auto known = rows_.find(key);
    if (known != rows_.end()) return known->second.still ? Standing::still : Standing::alive;
    return reported_.contains(key) ? Standing::reported : Standing::absent;
}

SignsOfLife::Standing SignsOfLife::standing(const std::string& key, const Signs& now) const {
    const auto row = now.rows.find(key);
    const bool reported = now.reports.contains(key);
    if (row == now.rows.end()) return reported || reported_.contains(key) ? Standing::reported : Standing::absent;
    const auto known = rows_.find(key);
    if (known == rows_.end() || !known->second.still || known->second.row != row->second || reported)
        return Standing::alive;
    const auto client = now.clients.find(row->second.client);
    const auto before = clients_.find(row->second.client);
    const bool refreshed = client != now.clients.end() &&
                           (before == clients_.end() || before->second.client.stamp != client->second.stamp);
    return refreshed ? Standing::alive : Standing::still;
}

bool SignsOfLife::client_still(std::int64_t client, std::int64_t stamp) const {
    const auto known = clients_.find(client);
    return known != clients_.end() && known->second.still && known->second.client.stamp == stamp;
}

Times SignsOfLife::times(const std::string& key, const DataRow& row, const Signs& now) const {
    const Bracket since_last{last_asked_.value_or(model::Instant{}), now.answered};
    Times times{since_last, since_last};
    const auto known = rows_.find(key);
    if (known == rows_.end() || known->second.row.client != row.client) return times;
    // A row that its client put again is the same registration.
    times.registered = known->second.times.registered;
    if (known->second.row == row) times.written = known->second.times.written;
    return times;
}

std::size_t SignsOfLife::comebacks(const std::string& key) const {
    const auto known = comebacks_.find(key);
    return known == comebacks_.end() ? 0 : known->second.at.size();
}

std::optional<model::SeenRegistration> SignsOfLife::seen(const std::string& key) const {
    const auto known = rows_.find(key);
    if (known == rows_.end()) return std::nullopt;
    const auto& row = known->second.row;
    model::SeenRegistration seen{row.id, row.client, std::nullopt};
    if (!known->second.still) return seen;
    const auto client = clients_.find(row.client);
    seen.still.emplace(row.value, client == clients_.end() ? std::nullopt : std::optional(client->second.client.stamp));
    return seen;
}

}  // namespace dsr::registry::jdbc
