// SPDX-License-Identifier: Apache-2.0
#include "watchdog.hpp"

namespace dsr {

void Watchdog::start() {
    beat();
    timer_.expires_after(service_.beat_interval());
    timer_.async_wait([this](const boost::system::error_code& error) {
        if (!error) start();
    });
}

void Watchdog::beat() {
    const auto why = liveness_.stuck();
    if (why.empty() == stuck_) {  // it changed
        stuck_ = !stuck_;
        if (stuck_) {
            log_.error("the service manager is no longer notified: {}", why);
            service_.status(why);
        } else {
            log_.info("sweeps make progress again");
        }
    }
    if (!stuck_) service_.beat();
}

}  // namespace dsr
