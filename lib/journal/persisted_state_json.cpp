// SPDX-License-Identifier: Apache-2.0
#include "journal/persisted_state_json.hpp"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace dsr::journal {

namespace {

using Json = nlohmann::json;
using model::Instant;

Json json_of(Instant time) {
    return time.time_since_epoch().count();
}

Json json_of(const std::optional<Instant>& time) {
    return time ? json_of(*time) : Json(nullptr);
}

Json json_of(const model::Absence& absence) {
    Json json{{"since", json_of(absence.since)},
              {"last_counted", json_of(absence.last_counted)},
              {"views", absence.views},
              {"witnessed", absence.witnessed},
              {"last_incarnation", nullptr},
              {"last_seen", json_of(absence.last_seen)},
              {"owns_rows", absence.owns_rows},
              {"first_missed", json_of(absence.first_missed)},
              {"others_registered", absence.others_registered},
              {"fenced", json_of(absence.fenced)}};
    if (const auto& last = absence.last_incarnation) {
        json["last_incarnation"] = {{"address", last->address.text},
                                    {"startup_time", json_of(last->startup_time)},
                                    {"process_id", last->process_id}};
    }
    return json;
}

Json json_of(const model::MasterPresence& presence) {
    return {{"since", json_of(presence.since)},
            {"last_counted", json_of(presence.last_counted)},
            {"views", presence.views},
            {"startup_time", json_of(presence.startup_time)},
            {"process_id", presence.process_id ? Json(*presence.process_id) : Json(nullptr)},
            {"session_id", presence.session_id},
            {"first_heartbeat_seen", presence.first_heartbeat_seen}};
}

Json json_of(const model::ZoneEvidence& evidence) {
    Json proofs = Json::object();
    for (const auto& [address, proof] : evidence.proofs) {
        proofs[address.text] = {{"startup_time", json_of(proof.startup_time)},
                                {"process_id", proof.process_id ? Json(*proof.process_id) : Json(nullptr)},
                                {"at", json_of(proof.at)}};
    }
    Json json{{"proofs", std::move(proofs)}, {"disproved_at", json_of(evidence.disproved_at)}, {"doubt", nullptr}};
    if (const auto& doubt = evidence.doubt) {
        json["doubt"] = {{"instance", doubt->instance.value}, {"column", name(doubt->column)},
                         {"reads", json_of(doubt->reads)},    {"from", json_of(doubt->from)},
                         {"until", json_of(doubt->until)},    {"fitting", doubt->fitting}};
    }
    return json;
}

Json json_of(const model::ClusterEvidence& cluster) {
    return {{"registry", cluster.of.registry}, {"database", cluster.of.database}, {"standing", name(cluster.standing)},
            {"because", cluster.because},      {"at", json_of(cluster.at)},       {"release", cluster.release}};
}

Json json_of(const model::WentBack& lost) {
    Json rows = Json::array();
    for (const auto id : lost.rows) rows.push_back(id.value);
    return {
        {"seen_at", json_of(lost.seen_at)}, {"entry", lost.entry}, {"sweep", lost.sweep}, {"rows", std::move(rows)}};
}

/// A whole number that fits. nlohmann would cut one that does not fit, and accept a fraction or a boolean.
template <typename T>
T whole(const Json& json) {
    if (!json.is_number_integer()) throw std::invalid_argument("not a whole number");
    if (json.is_number_unsigned() &&
        json.get<std::uint64_t>() > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        throw std::invalid_argument("too large");
    }
    const auto value = json.get<std::int64_t>();
    if (value < std::numeric_limits<T>::min() || value > std::numeric_limits<T>::max()) {
        throw std::invalid_argument("does not fit");
    }
    return static_cast<T>(value);
}

Instant instant(const Json& json) {
    return Instant{std::chrono::microseconds{whole<std::int64_t>(json)}};
}

std::optional<Instant> instant_or_none(const Json& json) {
    return json.is_null() ? std::nullopt : std::optional(instant(json));
}

/// The result of `read` for the key's value. Uses `fallback`, which must be the cautious choice, where the key is
/// missing, null, or of a form that `read` does not know. For every key added after version 0.1.0. The keys of that
/// version are required, so that a broken text is not taken for a complete one.
template <typename Read, typename Value>
Value optional_in(const Json& json, const char* key, Read&& read, Value fallback) {
    const auto found = json.find(key);
    if (found == json.end() || found->is_null()) return fallback;
    try {
        return read(*found);
    } catch (const Json::exception&) {
        return fallback;
    } catch (const std::invalid_argument&) {
        return fallback;
    }
}

std::optional<model::WentBack> went_back_in(const Json& json) {
    model::WentBack lost;
    lost.seen_at = instant(json.at("seen_at"));
    lost.entry = whole<std::int64_t>(json.at("entry"));
    lost.sweep = json.at("sweep").get<std::string>();
    for (const Json& row : json.at("rows").get_ref<const Json::array_t&>())
        lost.rows.push_back({whole<std::int64_t>(row)});
    return lost;
}

model::ClusterEvidence cluster_in(const Json& json) {
    model::ClusterEvidence cluster;
    cluster.of = {json.at("registry").get<std::string>(), json.at("database").get<std::string>()};
    const auto& names = model::cluster_standing_names;
    const auto standing = std::ranges::find(names, json.at("standing").get<std::string>());
    if (standing == names.end()) throw std::invalid_argument("not a standing");
    cluster.standing = static_cast<model::ClusterStanding>(standing - names.begin());
    cluster.because = json.at("because").get<std::string>();
    cluster.at = instant(json.at("at"));
    cluster.release = whole<std::int64_t>(json.at("release"));
    return cluster;
}

model::Absence absence_in(const Json& json) {
    model::Absence absence;
    absence.since = instant(json.at("since"));
    absence.last_counted = instant(json.at("last_counted"));
    absence.views = whole<int>(json.at("views"));
    absence.witnessed = json.at("witnessed").get<bool>();
    absence.last_seen = instant_or_none(json.at("last_seen"));
    absence.fenced = instant_or_none(json.at("fenced"));
    absence.owns_rows = json.at("owns_rows").get<bool>();
    absence.first_missed = instant_or_none(json.at("first_missed"));
    absence.others_registered = json.at("others_registered").get<bool>();
    if (const Json& last = json.at("last_incarnation"); !last.is_null()) {
        absence.last_incarnation = model::Incarnation{{last.at("address").get<std::string>()},
                                                      instant(last.at("startup_time")),
                                                      whole<std::int64_t>(last.at("process_id"))};
    }
    return absence;
}

model::MasterPresence presence_in(const Json& json) {
    model::MasterPresence presence;
    presence.since = instant(json.at("since"));
    presence.last_counted = instant(json.at("last_counted"));
    presence.views = whole<int>(json.at("views"));
    presence.startup_time = instant_or_none(json.at("startup_time"));
    if (const Json& process = json.at("process_id"); !process.is_null()) {
        presence.process_id = whole<std::int64_t>(process);
    }
    presence.session_id = whole<std::int64_t>(json.at("session_id"));
    presence.first_heartbeat_seen = optional_in(
        json, "first_heartbeat_seen", [](const Json& seen) { return seen.get<bool>(); }, false);
    return presence;
}

model::OwnershipColumn column_in(const Json& json) {
    const auto& names = model::ownership_column_names;
    const auto found = std::find(names.begin(), names.end(), json.get<std::string>());
    if (found == names.end()) throw std::invalid_argument("not a column");
    return static_cast<model::OwnershipColumn>(found - names.begin());
}

model::ZoneEvidence zone_evidence_in(const Json& json) {
    model::ZoneEvidence evidence;
    for (const auto& [address, proof] : json.at("proofs").get_ref<const Json::object_t&>()) {
        model::ZoneProof read{instant(proof.at("startup_time")), std::nullopt, instant(proof.at("at"))};
        if (const Json& process = proof.at("process_id"); !process.is_null())
            read.process_id = whole<std::int64_t>(process);
        evidence.proofs.emplace(model::MasterAddress{address}, read);
    }
    evidence.disproved_at = instant_or_none(json.at("disproved_at"));
    if (const Json& doubt = json.at("doubt"); !doubt.is_null()) {
        evidence.doubt = model::ZoneDoubt{{whole<std::int64_t>(doubt.at("instance"))},
                                          column_in(doubt.at("column")),
                                          instant(doubt.at("reads")),
                                          instant(doubt.at("from")),
                                          instant(doubt.at("until")),
                                          whole<int>(doubt.at("fitting"))};
    }
    return evidence;
}

}  // namespace

std::string persisted_state_text(const model::PersistedState& persisted, const std::string& zone) {
    const model::Membership& membership = persisted.membership;
    // Objects keyed by address: each address occurs once.
    Json absent = Json::object();
    for (const auto& [address, absence] : membership.absent) absent[address.text] = json_of(absence);
    Json present = Json::object();
    for (const auto& [address, presence] : membership.present) present[address.text] = json_of(presence);
    Json json{{"zone", zone},
              {"zone_proven", false},  // required by versions without per-incarnation proof, which must not trust it
              {"zone_evidence", json_of(persisted.zone)},
              {"registry_session", membership.registry_session},
              {"last_view", json_of(membership.last_view)},
              {"all_gone_once", membership.all_gone_once},
              {"absent", std::move(absent)},
              {"present", std::move(present)},
              {"canary", nullptr},
              {"cluster", json_of(persisted.cluster)},
              {"went_back", nullptr}};
    if (const auto& canary = persisted.canary) {
        json["canary"] = {{"instance", canary->instance.value}, {"sweep", canary->sweep}};
    }
    if (persisted.workers.latest_view) json["workers_seen"] = json_of(persisted.workers.latest_view);
    if (const auto& lost = persisted.went_back) json["went_back"] = json_of(*lost);
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string worker_addresses_text(const model::WorkerSightings& sightings) {
    Json registered = Json::array();
    for (const auto& address : sightings.registered) registered.push_back(address.text);
    Json departed = Json::object();
    for (const auto& [address, shown] : sightings.departed) departed[address.text] = json_of(shown);
    return Json{
        {"registry", sightings.registry}, {"registered", std::move(registered)}, {"departed", std::move(departed)}}
        .dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<model::PersistedState> persisted_state_from(const std::string& text, const std::string& zone) {
    try {
        const Json json = Json::parse(text);
        model::PersistedState persisted;
        // Version 0.1.0 proved the zone globally; that proves it for no incarnation.
        (void)json.at("zone_proven").get<bool>();
        if (json.at("zone").get<std::string>() == zone)
            persisted.zone = optional_in(json, "zone_evidence", zone_evidence_in, model::ZoneEvidence{});
        model::Membership& membership = persisted.membership;
        membership.registry_session = whole<std::int64_t>(json.at("registry_session"));
        membership.last_view = instant_or_none(json.at("last_view"));
        membership.all_gone_once = json.at("all_gone_once").get<bool>();
        for (const auto& [address, absence] : json.at("absent").get_ref<const Json::object_t&>()) {
            membership.absent.emplace(model::MasterAddress{address}, absence_in(absence));
        }
        for (const auto& [address, presence] : json.at("present").get_ref<const Json::object_t&>()) {
            membership.present.emplace(model::MasterAddress{address}, presence_in(presence));
        }
        if (const Json& canary = json.at("canary"); !canary.is_null()) {
            persisted.canary =
                model::Canary{{whole<std::int64_t>(canary.at("instance"))}, canary.at("sweep").get<std::string>()};
        }
        persisted.cluster = optional_in(json, "cluster", cluster_in, model::ClusterEvidence{});
        persisted.workers.latest_view = optional_in(json, "workers_seen", instant_or_none, std::optional<Instant>{});
        persisted.went_back = optional_in(json, "went_back", went_back_in, std::optional<model::WentBack>());
        return persisted;
    } catch (const Json::exception&) {
        return std::nullopt;
    } catch (const std::invalid_argument&) {
        return std::nullopt;
    }
}

model::WorkerSightings worker_sightings_in(const std::string& addresses, std::optional<Instant> latest_view) {
    model::WorkerSightings sightings;
    if (!latest_view) return sightings;
    try {
        const Json json = Json::parse(addresses);
        sightings.registry = json.at("registry").get<std::string>();
        for (const auto& address : json.at("registered")) sightings.registered.insert({address.get<std::string>()});
        for (const auto& [address, shown] : json.at("departed").get_ref<const Json::object_t&>())
            sightings.departed.emplace(model::WorkerAddress{address}, instant(shown));
        sightings.latest_view = latest_view;
        return sightings;
    } catch (const Json::exception&) {
        return {};
    } catch (const std::invalid_argument&) {
        return {};
    }
}

}  // namespace dsr::journal
