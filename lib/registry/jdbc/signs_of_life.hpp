// SPDX-License-Identifier: Apache-2.0
// Who lives, by what changes from look to look. A row of the JDBC registry stays until some server purges it by its own
// clock: for ever where no server is left, and too early where a clock is wrong or a process was suspended. So a
// registration counts by its signs of life: its row or its client's stamp changed, or an event tells that it was
// written. No stamp is compared with a clock; all ages are those of our steady clock. DolphinScheduler 3.2 has no
// clients: there a client is who registered a row (store/sql/registrant.hpp), and the stamp is that of the row. Pure;
// one thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "model/instant.hpp"
#include "model/transaction_guard.hpp"

namespace dsr::registry::jdbc {

using Clock = std::chrono::steady_clock;

/// How long silence is no death.
struct LifeTerms {
    model::Milliseconds session_timeout{60'000};  ///< of a client that names none; 3.2 purges much earlier (view.hpp)
    model::Milliseconds slack{11'000};            ///< on top of it: two refreshes, and 5 s
    model::Milliseconds standstill{10'000};       ///< at least; else half of the longest session timeout
    model::Milliseconds watch{12'000};            ///< 3.2: longer than from one heartbeat to the next
};

struct DataRow {
    std::int64_t id = 0;
    std::int64_t client = 0;
    std::string value;
    bool operator==(const DataRow&) const = default;
};

struct Client {
    std::int64_t stamp = 0;
    std::optional<model::Milliseconds> session_timeout;
};

/// The newest ADD or UPDATE of a key.
struct Report {
    std::int64_t client = 0;
    std::string value;
};

/// What one look shows of the keys that are watched.
struct Signs {
    Clock::time_point at;
    model::Instant asked;     ///< our clock before the look
    model::Instant answered;  ///< and after it
    std::map<std::string, DataRow> rows;
    std::map<std::int64_t, Client> clients;
    std::map<std::string, Report> reports;  ///< since the look before
};

/// When something happened: in (after, by]. `after` is the epoch's start when no earlier look exists.
struct Bracket {
    model::Instant after;
    model::Instant by;
};

struct Times {
    Bracket registered;
    Bracket written;
};

class SignsOfLife {
public:
    enum class Standing {
        absent,
        still,     ///< registered, but without a sign of life for its whole time: it counts as absent
        reported,  ///< its row is gone, but it was written since the look before: it counts as registered
        alive,
    };

    explicit SignsOfLife(LifeTerms terms) : terms_(terms) {}

    /// Takes one more look.
    void take(const Signs& signs);
    /// A look failed at that time: what nobody could see change did not stand still.
    void restart(Clock::time_point at);

    /// Whether anything ever changed between two looks.
    [[nodiscard]] bool anything_moved() const { return moved_.has_value(); }
    /// Nothing changed for so long that the registry is at a standstill. While it is, nobody ages.
    [[nodiscard]] bool standstill() const { return standstill_; }

    /// The longest session timeout of a client in the last look: within it a pause is no death.
    [[nodiscard]] model::Milliseconds longest_timeout() const;

    /// Of a key in the last look.
    [[nodiscard]] Standing standing(const std::string& key) const;
    /// Of a key in another look, which is not taken: the same as in the last, unless there is a sign of life since.
    [[nodiscard]] Standing standing(const std::string& key, const Signs& now) const;
    /// Whether a client in the last look stood still for its whole time, and still has that stamp.
    [[nodiscard]] bool client_still(std::int64_t client, std::int64_t stamp) const;
    /// When the registration of the key began, and when it was last written; as `now` shows it.
    [[nodiscard]] Times times(const std::string& key, const DataRow& row, const Signs& now) const;
    /// The last signs of life of keys that were seen in some look and are now absent or still; not earlier than the
    /// real time.
    [[nodiscard]] std::map<std::string, model::Instant> last_signs() const;
    /// How often the row of that key was removed and put again by the same client, in the last minutes.
    [[nodiscard]] std::size_t comebacks(const std::string& key) const;
    /// The last look's row, as a transaction must still find it; nothing without a row.
    [[nodiscard]] std::optional<model::SeenRegistration> seen(const std::string& key) const;

private:
    struct KnownRow {
        DataRow row;
        Clock::time_point since;  ///< of its last sign of life
        bool still = false;
        Times times;
    };
    struct KnownClient {
        Client client;
        Clock::time_point since;  ///< its stamp changed
        model::Instant sign;      ///< the same, by the other clock
        bool moved = false;       ///< in the last look
        bool still = false;
    };
    struct Comebacks {
        std::int64_t client = 0;
        std::int64_t row = 0;
        Clock::time_point last;  ///< when it was there
        std::vector<Clock::time_point> at;
    };

    [[nodiscard]] model::Milliseconds allowed(const Client& client) const {
        return client.session_timeout.value_or(terms_.session_timeout) + terms_.slack;
    }
    [[nodiscard]] bool take_clients(const Signs& signs);
    [[nodiscard]] bool take_rows(const Signs& signs);
    void count_comeback(const std::string& key, const DataRow& row, Clock::time_point at);
    void note_standstill(Clock::time_point at, bool moved);
    void judge();
    void note_signs(const Signs& signs);

    LifeTerms terms_;
    std::optional<Clock::time_point> last_;     ///< the last look
    std::optional<model::Instant> last_asked_;  ///< the same by the other clock
    std::optional<Clock::time_point> moved_;    ///< the last look that saw a change
    bool standstill_ = false;
    std::map<std::string, KnownRow> rows_;
    std::map<std::int64_t, KnownClient> clients_;
    std::map<std::string, model::Instant> signs_;  ///< the last one of each key
    std::set<std::string> reported_;               ///< in the last look, rows or not
    std::map<std::string, Comebacks> comebacks_;
};

}  // namespace dsr::registry::jdbc
