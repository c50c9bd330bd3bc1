// SPDX-License-Identifier: Apache-2.0
#include "journal/persisted_state_json.hpp"

#include "serialize/json.hpp"

namespace dsr::journal {

namespace {

using serialize::Json;

/// Objects keyed by address: each address occurs once. The members of version 0.1.0 are required, so that a broken text
/// is not taken for a complete one. A member added since keeps its default, which must be the cautious choice, where it
/// is missing, null or of another form.
struct StateForm {
    static constexpr bool keyed_maps = true;
    static constexpr bool lossless_text = false;
    static constexpr bool strict = true;
    /// latest_view is in another row than its sightings; rows_in_failover_states is learned again from a plan.
    static constexpr bool left_out(std::string_view name) {
        return name == "rows_in_failover_states" || name == "latest_view";
    }
    static constexpr bool missing_is_default(std::string_view name) { return name == "first_heartbeat_seen"; }
    static constexpr bool malformed_is_default(std::string_view name) { return missing_is_default(name); }
};

template <class Value>
Json json_of(const Value& value) {
    return serialize::write<StateForm>(value);
}

/// A key of the state that was added after version 0.1.0, as with StateForm's members.
template <class Value>
void read_added(const Json& json, const char* key, Value& value) {
    try {
        Value found{};
        serialize::Reader<StateForm>{json}(key, found);
        value = std::move(found);
    } catch (const serialize::Unreadable&) {
    }
}

/// Keys sorted, in one line.
std::string text_of(const Json& json) {
    return nlohmann::json(json).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string persisted_state_text(const model::PersistedState& persisted, const std::string& zone) {
    const model::Membership& membership = persisted.membership;
    Json cluster = json_of(persisted.cluster);
    cluster.update(Json(cluster.at("of")));
    cluster.erase("of");
    Json json{{"zone", zone},
              {"zone_proven", false},  // required by versions without per-incarnation proof, which must not trust it
              {"zone_evidence", json_of(persisted.zone)},
              {"registry_session", membership.registry_session},
              {"last_view", json_of(membership.last_view)},
              {"all_gone_once", membership.all_gone_once},
              {"master_changes", json_of(membership.master_changes)},
              {"unseen_change", json_of(membership.unseen_change)},
              {"absent", json_of(membership.absent)},
              {"present", json_of(membership.present)},
              {"canary", json_of(persisted.canary)},
              {"cluster", std::move(cluster)},
              {"went_back", json_of(persisted.went_back)}};
    if (persisted.workers.latest_view) json["workers_seen"] = json_of(persisted.workers.latest_view);
    return text_of(json);
}

std::string state_owner_text(const StateOwner& owner) {
    return text_of(Json{{"registry", owner.registry}, {"replica", owner.replica}});
}

std::optional<StateOwner> state_owner_from(const std::string& text, model::Instant at) {
    const Json json = Json::parse(text, nullptr, false);
    if (!json.is_object() || !json.contains("registry") || !json.contains("replica")) return std::nullopt;
    const Json& registry = json.at("registry");
    const Json& replica = json.at("replica");
    if (!registry.is_string() || !replica.is_string()) return std::nullopt;
    return StateOwner{registry.get<std::string>(), replica.get<std::string>(), at};
}

std::string worker_addresses_text(const model::WorkerSightings& sightings) {
    return text_of(json_of(sightings));
}

std::string timeline_text(const model::Timeline& timeline) {
    return text_of(json_of(timeline));
}

model::Timeline timeline_in(const std::string& text) {
    try {
        model::Timeline timeline;
        serialize::read<StateForm>(Json::parse(text), timeline);
        return timeline;
    } catch (const Json::exception&) {
        return {};
    } catch (const serialize::Unreadable&) {
        return {};
    }
}

std::optional<model::PersistedState> persisted_state_from(const std::string& text, const std::string& zone) {
    try {
        const Json json = Json::parse(text);
        const serialize::Reader<StateForm> each{json};
        model::PersistedState persisted;
        std::string zone_of_text;
        each("zone", zone_of_text);
        bool zone_proven = false;  // version 0.1.0 proved the zone globally; that proves it for no incarnation
        each("zone_proven", zone_proven);
        if (zone_of_text == zone) read_added(json, "zone_evidence", persisted.zone);
        model::Membership& membership = persisted.membership;
        each("registry_session", membership.registry_session);
        each("last_view", membership.last_view);
        each("all_gone_once", membership.all_gone_once);
        each("absent", membership.absent);
        each("present", membership.present);
        each("canary", persisted.canary);
        if (auto cluster = json.find("cluster"); cluster != json.end() && cluster->is_object()) {
            Json nested = *cluster;
            nested["of"] = *cluster;
            read_added({{"cluster", std::move(nested)}}, "cluster", persisted.cluster);
        }
        read_added(json, "workers_seen", persisted.workers.latest_view);
        read_added(json, "went_back", persisted.went_back);
        read_added(json, "master_changes", membership.master_changes);
        read_added(json, "unseen_change", membership.unseen_change);
        return persisted;
    } catch (const Json::exception&) {
        return std::nullopt;
    } catch (const serialize::Unreadable&) {
        return std::nullopt;
    }
}

model::WorkerSightings worker_sightings_in(const std::string& addresses, std::optional<model::Instant> latest_view) {
    if (!latest_view) return {};
    try {
        model::WorkerSightings sightings;
        serialize::read<StateForm>(Json::parse(addresses), sightings);
        sightings.latest_view = latest_view;
        return sightings;
    } catch (const Json::exception&) {
        return {};
    } catch (const serialize::Unreadable&) {
        return {};
    }
}

}  // namespace dsr::journal
