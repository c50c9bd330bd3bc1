// SPDX-License-Identifier: Apache-2.0
// What the JDBC registry shows, judged by signs of life. Servers of 3.2 purge a row 6 s after its last refresh, and a
// master that was only suspended for longer puts it again and runs on. So its absence counts for no less time than in
// later releases, whose clients name a session timeout of 60 s. Thread: the store's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "model/ids.hpp"
#include "model/live_master.hpp"
#include "model/registry_view.hpp"
#include "registry/jdbc/look.hpp"
#include "registry/jdbc/signs_of_life.hpp"
#include "registry/jdbc/sql.hpp"
#include "store/sql/soci_store.hpp"

namespace dsr::registry::jdbc {

/// What the last view was judged by, for transactions that rely on it.
struct Judged {
    struct Marker {
        std::int64_t client = 0;
        std::int64_t created = 0;
    };
    std::map<model::MasterAddress, model::SeenRegistration> masters;
    std::multimap<std::string, Marker> markers;  ///< by address; without those that were written again
    std::int64_t newest_event = 0;
};

class JdbcView {
public:
    /// `sql`: in the form that the last view found.
    JdbcView(store::SociStore& store, JdbcSql& sql, LifeTerms terms)
        : store_(store), sql_(sql), watch_(terms.watch), signs_(terms), judged_(std::make_shared<Judged>()) {}

    struct Result {
        model::RegistryView view;          ///< its fields about us are left to the caller
        std::optional<bool> ticket_lives;  ///< nothing when the look failed
    };
    /// Looks, and judges. Throws Failure(permanent) where there is no such registry, and Failure(retry).
    [[nodiscard]] Result observe(std::int64_t ticket);
    /// Whether two looks differed in anything yet: before, nobody is known to be alive.
    [[nodiscard]] bool anything_moved() const { return signs_.anything_moved(); }

    /// By another look, which agrees with the last view except for signs of life since. Throw as observe().
    [[nodiscard]] std::optional<model::LiveMaster> registered(const model::MasterAddress& address);
    [[nodiscard]] std::size_t live_masters();
    /// As Registry::marker_names.
    [[nodiscard]] std::optional<std::vector<std::string>> marker_names();

    /// Looks again and again for longer than a heartbeat takes, once after each view, so that a master that is purged
    /// at every tick of some server is seen. Where events tell of it, as from 3.3 on, this does nothing. Throws as
    /// observe().
    void watch(const std::stop_token& stop);

    /// Whether that client counts as dead: it is gone, or stood still for its whole time up to the last view.
    [[nodiscard]] bool dead(std::int64_t client, std::optional<std::int64_t> stamp) const {
        return !stamp || signs_.client_still(client, *stamp);
    }
    [[nodiscard]] std::shared_ptr<const Judged> judged() const { return judged_; }

private:
    [[nodiscard]] Look look(const LookAt& what);
    void use_form(JdbcForm form);
    void add_sightings(Look& look) const;
    [[nodiscard]] Look look_at_masters();
    void require_servers(const Look& look);
    [[nodiscard]] std::string why_not_fresh(const Look& look) const;
    void read_servers(const Look& look, model::RegistryView& view) const;
    void read_markers(const Look& look, model::RegistryView& view);
    void judge(const Look& look);
    [[nodiscard]] std::optional<model::LiveMaster> live_master(const std::string& key, const Look& look) const;
    /// The row that counts of a registered server, as it is or as its last report tells; nothing of an absent one.
    [[nodiscard]] std::optional<DataRow> living_row(const std::string& key, const Look& look) const;

    struct MarkerSeen {
        std::int64_t id = 0;
        std::string value;
        model::Instant since;
    };

    store::SociStore& store_;
    JdbcSql& sql_;
    model::Milliseconds watch_;
    bool watched_ = false;  ///< since the last view
    SignsOfLife signs_;
    EventsRead events_;
    bool any_client_ = false;
    std::map<std::string, Report> reports_;  ///< of the last look
    std::map<std::string, Report>
        sightings_;  ///< 3.2: whom a look since the last view saw, like reports of later releases
    std::map<std::string, MarkerSeen> marker_seen_;
    std::shared_ptr<const Judged> judged_;
};

}  // namespace dsr::registry::jdbc
