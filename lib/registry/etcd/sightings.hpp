// SPDX-License-Identifier: Apache-2.0
// When the keys of masters were created and written. etcd keeps no times, only revisions, so a time is known as a
// bracket: after the last listing that did not show the revision, and not after the first that did. The upper end is
// never earlier than the real time. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/instant.hpp"
#include "registry/etcd/messages.hpp"

namespace dsr::registry::etcd {

/// One key of a listing.
struct Listed {
    std::string key;
    std::int64_t create_revision = 0;
    std::int64_t mod_revision = 0;
    bool operator==(const Listed&) const = default;
};

std::vector<Listed> listed(const RangeAnswer& answer);

/// All keys below one prefix at one revision.
struct Listing {
    std::int64_t revision = 0;
    model::Instant asked;     ///< our clock before the request
    model::Instant answered;  ///< our clock after the answer
    std::vector<Listed> keys;
};

/// When something happened: in (after, by].
struct Bracket {
    model::Instant after;  ///< the epoch's start when no earlier listing exists
    model::Instant by;
};

class Sightings {
public:
    /// Takes one more listing; ignores one that is older than the last. Whether keys came or went since.
    bool see(const Listing& listing);

    struct Times {
        Bracket created;
        Bracket written;
    };
    /// The times of a key as a listing, or a read of this key alone, shows it; `answered` is the time of that answer.
    [[nodiscard]] Times times(const Listed& key, model::Instant answered);

private:
    struct Seen {
        std::int64_t create_revision = 0;
        std::int64_t mod_revision = 0;
        Times times;
    };
    /// Takes over the times that an earlier read told of the same revisions.
    static void take(const Seen& earlier, Seen& now);

    std::map<std::string, Seen> seen_;
    std::map<std::string, Seen> alone_;  ///< newer than the last listing, from reads of one key
    std::int64_t revision_ = 0;
    std::optional<model::Instant> last_asked_;
};

}  // namespace dsr::registry::etcd
