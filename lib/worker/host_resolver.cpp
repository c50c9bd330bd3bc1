// SPDX-License-Identifier: Apache-2.0
#include "worker/host_resolver.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <exception>

namespace dsr::worker {

namespace asio = boost::asio;

std::map<std::string, std::set<std::string>> resolved(const std::set<std::string>& hosts, model::Milliseconds wait) {
    std::map<std::string, std::set<std::string>> result;
    try {
        asio::io_context io;
        asio::ip::tcp::resolver resolver(io);
        for (const auto& host : hosts) {
            boost::system::error_code no_address;
            asio::ip::make_address(host, no_address);
            if (host.empty() || !no_address) continue;
            resolver.async_resolve(host, "",
                                   [&result, host](const boost::system::error_code& error, const auto& found) {
                                       if (error) return;
                                       for (const auto& entry : found)
                                           result[host].insert(entry.endpoint().address().to_string());
                                   });
        }
        io.run_for(wait);
    } catch (const std::exception&) {
        // Out of memory or threads: what was resolved so far counts.
    }
    return result;
}

}  // namespace dsr::worker
