// SPDX-License-Identifier: Apache-2.0
#include "registry/etcd/sightings.hpp"

#include <utility>

namespace dsr::registry::etcd {

std::vector<Listed> listed(const RangeAnswer& answer) {
    std::vector<Listed> keys;
    keys.reserve(answer.found.size());
    for (const auto& kv : answer.found) keys.push_back({kv.key, kv.create_revision, kv.mod_revision});
    return keys;
}

void Sightings::take(const Seen& earlier, Seen& now) {
    if (earlier.create_revision != now.create_revision) return;
    now.times.created = earlier.times.created;
    if (earlier.mod_revision == now.mod_revision) now.times.written = earlier.times.written;
}

bool Sightings::see(const Listing& listing) {
    if (listing.revision < revision_) return false;
    const Bracket now{last_asked_.value_or(model::Instant{}), listing.answered};
    bool changed = listing.keys.size() != seen_.size();
    std::map<std::string, Seen> seen;
    for (const auto& key : listing.keys) {
        Seen entry{key.create_revision, key.mod_revision, {now, now}};
        const auto known = seen_.find(key.key);
        const bool new_key = known == seen_.end() || known->second.create_revision != key.create_revision;
        changed |= new_key;
        // What a read of the key alone told before is closer to the time.
        const auto alone = alone_.find(key.key);
        if (!new_key) take(known->second, entry);
        if (alone != alone_.end()) take(alone->second, entry);
        seen.emplace(key.key, entry);
    }
    seen_ = std::move(seen);
    alone_.clear();
    revision_ = listing.revision;
    last_asked_ = listing.asked;
    return changed;
}

Sightings::Times Sightings::times(const Listed& key, model::Instant answered) {
    const auto alone = alone_.find(key.key);
    if (alone != alone_.end() && alone->second.create_revision == key.create_revision &&
        alone->second.mod_revision == key.mod_revision)
        return alone->second.times;
    const Bracket unknown{{}, answered};
    const Bracket since_last{last_asked_.value_or(model::Instant{}), answered};
    const auto known = seen_.find(key.key);
    const bool same = known != seen_.end() && known->second.create_revision == key.create_revision;
    Times times{unknown, unknown};
    if (key.create_revision > revision_)
        times.created = since_last;
    else if (same)
        times.created = known->second.times.created;
    if (key.mod_revision > revision_)
        times.written = since_last;
    else if (same && known->second.mod_revision == key.mod_revision)
        times.written = known->second.times.written;
    if (key.mod_revision > revision_) alone_[key.key] = {key.create_revision, key.mod_revision, times};
    return times;
}

}  // namespace dsr::registry::etcd
