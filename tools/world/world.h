// The people and banks around the business, played: customers who send offers, an operator who reviews, drivers who answer,
// report and deliver, a bank that tells of payments. They speak to the system over its public HTTP alone, and hear of what to
// do by the webhooks it sends (Standard Webhooks; a wrong signature is refused) and, for what was missed, by its reads.
//
// What they decide follows from the seed and from ids alone (choices.h). Every request carries an Idempotency-Key derived from
// the seed and is repeated with back-off until it is answered or `patience` is over, so that a service which is killed or away
// changes nothing. A second World with the same seed repeats the first one's requests word for word, and finds them done.
// Thread-safe where said; run() blocks.
#pragma once

#include <waybill/core.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace waybill::world {

// Bearer keys by who holds them.
struct Keys {
    std::map<std::string, std::string> customers;  // "cust-lt" -> key; all of cust-lt -de -pl -no -nl -se
    std::map<std::string, std::string> drivers;    // "KUN-D03" -> key
    std::string operator_key;
    std::string bank_key;
};

struct WorldOptions {
    std::string edge_url;   // "http://127.0.0.1:8080", without a path
    std::string reads_url;  // of operations
    Keys keys;
    std::uint64_t seed = 1;
    double pace = 1;                       // how much faster than the world's the services' clock runs
    std::filesystem::path offers_file;
    int offers = 60;                       // beyond the file's number its offers are sent again, as other offers
    double rate_per_second = 0;            // of offers; 0: as fast as they are taken
    std::vector<std::chrono::microseconds> due = {};  // when each is due, from the begin of run(); in place of `offers` and the rate
    double withdrawn = 0;                  // share of offers that their customer takes back within a minute of being taken
    std::uint16_t hooks_port = 0;          // on 127.0.0.1; 0: a free one
    std::string hooks_secret;              // "whsec_<base64>", as the notices adapter has it
    int threads = 8;
    std::chrono::milliseconds poll_every{3'000};       // of the reads
    std::chrono::milliseconds patience{600'000};       // for one request to be answered at last
    std::chrono::milliseconds give_up_after{1'800'000};  // the whole run
    // An offer was taken: when it should have been sent by the rate, and when it was. From any of the threads; must be quick.
    std::function<void(const std::string& offer, std::chrono::steady_clock::time_point due, std::chrono::steady_clock::time_point sent)> on_offer = {};
};

// How far it is; counts of what was answered with success unless said otherwise.
struct Progress {
    int offers_sent = 0;
    int reviews_accepted = 0, reviews_refused = 0, reviews_left = 0;
    int accepted = 0, declined = 0, silent = 0, repeated = 0, late = 0;  // drivers' answers; silent: said nothing in time
    int positions = 0, picked_up = 0, delivered = 0;
    int payments = 0;
    int withdrawals = 0;
    int hooks = 0, hooks_repeated = 0, hooks_forged = 0, hooks_failed = 0;  // webhooks taken, taken again, refused, answered 503
    int tries_again = 0;                          // requests that had to be repeated
    int waiting = 0;                              // what people have yet to do
    std::map<std::string, int> offers_by_state;   // as the reads last said
    std::map<std::string, int> shipments_by_stage;
    int troubles_in_all = 0;
    std::vector<std::string> troubles;            // requests that were refused or given up; the first twenty
    bool settled = false;                         // everything was played to its end
};
std::string to_text(const Progress& progress);    // one line

class World {
public:
    // Reads the offers and listens for webhooks when it returns. Refused when a key, the file, a URL or the port is of no use.
    static Result<std::unique_ptr<World>> open(WorldOptions options);
    ~World();

    // Where the notices adapter reaches the people: templates with "{id}".
    std::string driver_hook() const;
    std::string customer_hook() const;

    // Plays until everything has settled, `give_up_after` is over or a stop is asked for. Once for each World. Webhooks are
    // taken before and after it too: keep the World until the system is quiet, or its last notices find nobody.
    // `tell` is called about twice a second from the calling thread.
    Progress run(std::function<void(const Progress&)> tell = {}, std::stop_token stop = {});

    World(const World&) = delete;
    World& operator=(const World&) = delete;

private:
    struct Inside;
    explicit World(std::unique_ptr<Inside> inside);
    std::unique_ptr<Inside> inside_;
};

}  // namespace waybill::world
