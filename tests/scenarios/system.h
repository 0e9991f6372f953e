// A whole Waybill under test: a private Postgres and Kafka and the services, started by the `waybill` program in a folder of
// their own, spoken to over public HTTP alone. The people of the freight business are played by the test.
//
// Everything that waits looks until it sees what it waits for and has a deadline; past it, it throws with what it saw instead,
// which fails the test. One thread, but for post() and get(), which any may call.
// The system ends with its object, and with the test program, however that ends.
#pragma once

#include <waybill/http.h>
#include <waybill/runtime/seams.h>

#include <boost/json.hpp>

#include <csignal>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace waybill::scenarios {

using namespace std::chrono_literals;

struct SystemOptions {
    bool processes = false;  // one process a service, so that one can be killed
    double pace = 60;        // of business time: ten minutes pass in ten seconds
};

// What a customer writes. Only what a scenario is about needs naming.
struct Freight {
    std::string from = "Kaunas, Lithuania", to = "Venlo, Netherlands";
    std::string ready = "10 November 2026", due = "13 November 2026";
    std::string goods = "33 euro pallets of garden furniture, 8450 kg gross";
    std::string vehicle = "tautliner";
};
std::string written(const Freight& freight);
std::string content_of(const std::filesystem::path& path);
std::string waybill_program();  // that is tested

struct Assignment {
    std::string id, shipment, driver, vehicle;
};

// A program beside the system, ended with its object.
class Program {
public:
    Program(const std::vector<std::string>& words, const std::filesystem::path& log);
    ~Program();
    pid_t pid() const { return pid_; }
    bool ended();                                   // it is gone, and its exit code can be read
    int exit_code() const { return exit_code_; }    // 128 + the signal's number when it was killed
    void signal(int number);
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

private:
    pid_t pid_ = -1;
    int exit_code_ = -1;
};

class System {
public:
    explicit System(SystemOptions options);
    ~System();

    // ---- telling and asking. `holder` is whose key: "cust-lt", "KUN-D03", "operator", "bank" ----
    http::Response post(const std::string& holder, const std::string& path, const std::string& body, const std::string& idempotency_key);
    http::Response get(const std::string& holder, const std::string& path);
    // The same request until it is answered: with 202, or the test fails. Returns the id of what was told.
    std::string tell(const std::string& holder, const std::string& path, const boost::json::object& body);
    std::string fresh_key();

    // ---- the people ----
    std::string offer(const Freight& freight);
    std::string offer_text(const std::string& text);  // in the customer's own words
    Assignment asked(const std::string& shipment, int attempt = 1);  // waits until a driver is asked
    void accept(const Assignment& assignment);
    void decline(const Assignment& assignment, const std::string& reason);
    void pick_up(const std::string& shipment, const std::string& driver);
    void deliver(const std::string& shipment, const std::string& driver);
    void pay(const std::string& shipment);                     // the bank tells that the invoiced sum came
    void carry(const std::string& shipment, int attempt = 1);  // from the question to the driver until it is delivered
    void close(const std::vector<std::string>& shipments);     // carries each, pays, and waits until all are closed

    // ---- what became of it ----
    boost::json::object shipment(const std::string& id);  // empty while there is none
    std::string stage(const std::string& id);             // of the shipment; "" while there is none
    boost::json::object wait_for_stage(const std::string& id, const std::set<std::string>& stages);
    boost::json::object wait_for_offer(const std::string& id, const std::string& state);
    boost::json::object wait_for_invoice(const std::string& id);
    std::vector<std::string> timeline(const std::string& id);  // types of its events, by time
    void wait_for_event(const std::string& type, const std::string& subject, int times = 1);
    // The contents of all events of a type about a subject, as the topics hold them; waits until there are so many.
    std::vector<std::string> contents(const std::string& type, const std::string& subject, std::size_t least = 1);
    template <class Event>
    std::vector<Event> events(const std::string& subject, std::size_t least = 1) {
        std::vector<Event> all;
        for (const auto& bytes : contents(Event::descriptor()->full_name(), subject, least)) all.emplace_back().ParseFromString(bytes);
        return all;
    }
    struct Parked { std::string outcome, why, kind; };
    std::vector<Parked> parked(const std::string& service, const std::string& key);  // in order

    // ---- what may happen to it: "postgres", "kafka", "services", or a service's name where each has its process ----
    pid_t pid(const std::string& process);
    void signal(const std::string& process, int number);
    void kill(const std::string& process) { signal(process, SIGKILL); }
    void wait_until_another(const std::string& process, pid_t than);  // it was started again
    void wait_until_ready();
    // Why a process is not ready, as its /readyz says, or why that does not answer; "" when it is.
    std::string trouble(const std::string& process);
    static std::string trouble_at(const std::string& admin_url);
    // Takes away the right to read a topic, or gives back all that the flow says.
    void forbid_reading(const std::string& service, const std::string& topic);
    void permit_everything_again();
    void delete_all_topics();
    void publish(const std::string& as_service, const runtime::Message& message);
    std::unique_ptr<Program> beside(const std::vector<std::string>& words, const std::string& log);
    std::map<int, pid_t> holders(const std::string& service);  // lane -> process with a living lease
    std::filesystem::path folder() const { return folder_; }

    // Looks until the board is clean, for a minute at most. Empty: nothing lost, doubled or stuck; else the board.
    std::string judged();

private:
    std::string place(const std::string& what);  // the last words of a failed wait
    std::vector<std::map<std::string, std::optional<std::string>>> rows(const std::string& schema, const std::string& sql, const std::vector<std::optional<std::string>>& parameters);

    struct Inside;
    SystemOptions options_;
    std::filesystem::path folder_;
    std::unique_ptr<Inside> inside_;
};

namespace detail {
void pause();
[[noreturn]] void waited_in_vain(const std::string& what, std::chrono::seconds at_most, const std::string& seen);
}

// Looks at something until it is there, every 50 ms. `seen` is asked only when the wait has failed.
template <class Look>
auto wait_for(const std::string& what, Look look, std::chrono::seconds at_most, const std::function<std::string()>& seen = {}) {
    for (const auto until = std::chrono::steady_clock::now() + at_most;;) {
        if (auto found = look()) return found;
        if (std::chrono::steady_clock::now() >= until) detail::waited_in_vain(what, at_most, seen ? seen() : "");
        detail::pause();
    }
}

}  // namespace waybill::scenarios
