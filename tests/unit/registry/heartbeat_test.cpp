// SPDX-License-Identifier: Apache-2.0
#include "registry/heartbeat.hpp"

#include <catch2/catch.hpp>
#include <string>

namespace Catch {
template <>
struct StringMaker<dsr::registry::Heartbeat> {
    static std::string convert(const dsr::registry::Heartbeat& heartbeat) {
        const auto time = [](const auto& at) { return at ? dsr::model::rfc3339(*at) : std::string{"-"}; };
        return "form " + std::to_string(static_cast<int>(heartbeat.form)) + " startup " + time(heartbeat.startup_time) +
               " process " + (heartbeat.process_id ? std::to_string(*heartbeat.process_id) : "-") + " report " +
               time(heartbeat.reported_at);
    }
};
}  // namespace Catch

namespace dsr::heartbeat_test {

using dsr::model::HeartbeatForm;
using dsr::model::instant_from_epoch_ms;
using dsr::registry::Heartbeat;
using dsr::registry::parse_heartbeat;

namespace {

Heartbeat known(HeartbeatForm form, long long startup_ms, std::int64_t process_id, long long report_ms) {
    return {form, instant_from_epoch_ms(startup_ms), process_id, instant_from_epoch_ms(report_ms)};
}

const Heartbeat unreadable{HeartbeatForm::unreadable, {}, {}, {}};

}  // namespace

TEST_CASE("heartbeats of every release are read", "[registry][heartbeat]") {
    struct Row {
        const char* release;
        std::string data;
        Heartbeat expected;
    };
    const auto row = GENERATE(values<Row>({
        {"2.0.0 to 2.0.5, 3.0", "0.14,0.53,1.2,5.91,16.0,0.3,1703127227000,1703127237000,0,4711,100,100,0",
         known(HeartbeatForm::csv, 1703127227000, 4711, 1703127237000)},
        {"2.0.6 to 2.0.9", "0.14,0.53,80.2,1.2,5.91,16.0,0.3,1703127227000,1703127237000,1,4711,100,100,0",
         known(HeartbeatForm::csv, 1703127227000, 4711, 1703127237000)},
        {"3.1",
         R"({"startupTime":1703127227000,"reportTime":1703127237000,"cpuUsage":0.1,"memoryUsage":0.4,"loadAverage":0.7,)"
         R"("availablePhysicalMemorySize":5.9,"maxCpuloadAvg":16.0,"reservedMemory":0.3,"diskAvailable":80.2,"processId":4711})",
         known(HeartbeatForm::json, 1703127227000, 4711, 1703127237000)},
        {"3.2, 3.3",
         R"({"processId":4711,"startupTime":1721288295000,"reportTime":1721288305000,"jvmCpuUsage":0.02,"cpuUsage":0.11,)"
         R"("jvmMemoryUsage":0.21,"memoryUsage":0.43,"diskUsage":0.5,"serverStatus":"NORMAL","host":"10.0.0.7","port":5678})",
         known(HeartbeatForm::json, 1721288295000, 4711, 1721288305000)},
        {"3.4",
         R"({"processId":1,"startupTime":1721288295000,"reportTime":1721288305000,"jvmHeapUsed":0.1,"jvmNonHeapMax":-1.0,)"
         R"("serverStatus":"BUSY","host":"master-0.ds","port":5678,"coordinator":true,"isCoordinator":true})",
         known(HeartbeatForm::json, 1721288295000, 1, 1721288305000)},
    }));
    INFO(row.release);
    CHECK(parse_heartbeat(row.data) == row.expected);
}

TEST_CASE("a heartbeat may lack what we look for", "[registry][heartbeat]") {
    CHECK(parse_heartbeat("") == Heartbeat{});
    CHECK(parse_heartbeat("{}") == Heartbeat{HeartbeatForm::json, {}, {}, {}});
    CHECK(parse_heartbeat(R"({"startupTime":null,"later":{"deep":[1,2,{}]},"processId":7})") ==
          Heartbeat{HeartbeatForm::json, {}, 7, {}});
}

TEST_CASE("a heartbeat that is not wholly understood tells nothing", "[registry][heartbeat]") {
    const auto data = GENERATE(values<std::string>({
        " ",
        "\n",
        "null",
        "[]",
        "42",
        "text",
        "{",
        R"({"startupTime":1703127227000,"processId":4711)",
        R"({"startupTime":"1703127227000","processId":4711})",       // text
        R"({"startupTime":1703127227000.5,"processId":4711})",       // not whole
        R"({"startupTime":0,"processId":4711})",                     // Java's default: never set
        R"({"startupTime":-1,"processId":4711})",                    //
        R"({"startupTime":253402300800000,"processId":4711})",       // the year 10000
        R"({"startupTime":9223372036854775807,"processId":4711})",   //
        R"({"startupTime":9223372036854775808,"processId":4711})",   // beyond 63 bits
        R"({"startupTime":18446744073709551616,"processId":4711})",  // beyond 64
        R"({"startupTime":1e999,"processId":4711})",                 //
        R"({"startupTime":1703127227000,"processId":2147483648})",   // beyond a Java int
        R"({"startupTime":1703127227000,"processId":-1})",           //
        R"({"startupTime":1703127227000,"processId":4711,"reportTime":[]})",
        "{\"startupTime\":1703127227000,\"host\":\"\xff\xfe\"}",                            // not UTF-8
        "0.14,0.53,1.2,5.91,16.0,0.3,1703127227000,1703127237000,0,4711,100,100",           // 12 fields
        "0.14,0.53,1.2,5.91,16.0,0.3,1703127227000,1703127237000,0,4711,100,100,0,0,0",     // 15
        "0.14,0.53,1.2,5.91,16.0,0.3,1703127227000x,1703127237000,0,4711,100,100,0",        //
        "0.14,0.53,1.2,5.91,16.0,0.3,,1703127237000,0,4711,100,100,0",                      //
        "0.14,0.53,1.2,5.91,16.0,0.3,99999999999999999999,1703127237000,0,4711,100,100,0",  //
        "0.14,0.53,1.2,5.91,16.0,0.3,1703127227000,1703127237000,0,4711.0,100,100,0",       //
        ",,,,,,,,,,,,",
    }));
    INFO(data);
    CHECK(parse_heartbeat(data) == unreadable);
}

TEST_CASE("deep nesting in a heartbeat is no crash", "[registry][heartbeat]") {
    std::string nested = R"({"startupTime":1703127227000,"x":)";
    nested.append(30'000, '[');
    CHECK(parse_heartbeat(nested) == unreadable);
    nested.append(30'000, ']');
    nested.push_back('}');
    CHECK(parse_heartbeat(nested).startup_time == instant_from_epoch_ms(1703127227000));
}

TEST_CASE("a heartbeat of more than 64 KiB is not read", "[registry][heartbeat]") {
    std::string wide = R"({"startupTime":1703127227000,"x":")";
    wide.append(dsr::registry::max_node_data - wide.size() - 2, 'x');
    wide += "\"}";
    REQUIRE(wide.size() == dsr::registry::max_node_data);
    CHECK(parse_heartbeat(wide).startup_time == instant_from_epoch_ms(1703127227000));
    wide.insert(wide.size() - 2, "x");
    CHECK(parse_heartbeat(wide) == unreadable);
}

}  // namespace dsr::heartbeat_test
