// `waybill`: one program that starts the system, looks at it, plays it, and can be any of its services.
#include "commands.h"
#include "simulate.h"

#include <bench.h>

#include <CLI/CLI.hpp>

#include <iostream>

int main(int argc, char** argv) {
    using namespace waybill::cli;
    namespace simulate = waybill::simulate;
    CLI::App app("Waybill: an event-driven backend for freight. Start with: waybill up, then waybill offer FILE, then waybill where ID.");
    app.set_version_flag("--version", WAYBILL_VERSION);
    app.require_subcommand(1);
    app.footer("Exit codes: 0 done, 1 failed, 2 wrong usage or settings, 3 the system is not up, 4 something lost, doubled, stuck, or read worse than before.");

    std::filesystem::path run = ".run";
    app.add_option("--run", run, "The run folder")->envname("WAYBILL_RUN");
    app.fallthrough();
    int code = ok;
    const auto command = [&](const char* name, const char* help, const char* examples) {
        auto* made = app.add_subcommand(name, help);
        made->footer(std::string("Examples:\n") + examples);
        return made;
    };
    bool json = false;
    const auto with_json = [&](CLI::App* sub) { sub->add_flag("--json", json, "Print data for programs"); };

    UpOptions up_options;
    const auto up_flags = [&](CLI::App* sub) {
        sub->add_flag("--processes", up_options.processes, "One process a service instead of one for all");
        sub->add_flag("--for-load", up_options.for_load, "Servers as a load test wants them: more memory, Kafka with the whole of Java's compiler; and services that leave a trail for `load`");
        sub->add_option("--pace", up_options.pace, "How fast business time runs")->check(CLI::Range(0.1, 100000.0));
        sub->add_option("--postgres-port", up_options.postgres_port, "0 takes a free one");
        sub->add_option("--kafka-port", up_options.kafka_port, "0 takes a free one");
        sub->add_option("--edge-port", up_options.edge_port, "Of the HTTP interface for writes; 0 takes 8080 or a free one");
        sub->add_option("--operations-port", up_options.operations_port, "Of the HTTP interface for reads; 0 takes 8081 or a free one");
        sub->add_option("--admin-port", up_options.admin_port, "Of /readyz and /metrics; 0 takes 9600 or a free one");
        sub->add_option("--ready-within", up_options.ready_within, "Seconds that services have to become ready; else all is stopped again")->check(CLI::Range(1, 3600));
        sub->add_option("--seed", up_options.seed, "Of the local bank");
        sub->add_option("--mode", up_options.mode, "A word for status")->group("");
    };
    auto* up_command = command("up", "Start Postgres, Kafka and all services on this machine", "  waybill up\n  waybill up --processes --json\n  waybill up --edge-port 9080");
    up_flags(up_command);
    up_command->add_flag("--foreground", up_options.foreground, "Stay, and stop everything on Ctrl-C");
    with_json(up_command);
    up_command->callback([&] { up_options.run = run; up_options.json = json; code = up(up_options); });

    int report = -1;
    auto* keep_command = app.add_subcommand("keep", "The process behind `up`");
    keep_command->group("");
    up_flags(keep_command);
    keep_command->add_option("--report", report);
    keep_command->callback([&] { up_options.run = run; code = keep(up_options, report); });

    auto* down_command = command("down", "Stop what `up` started, and whatever an earlier run left", "  waybill down");
    with_json(down_command);
    down_command->callback([&] { code = down(run, json); });

    auto* status_command = command("status", "What runs, and whether it is ready", "  waybill status\n  waybill status --json");
    with_json(status_command);
    status_command->callback([&] { code = status(run, json); });

    auto* serve_command = command("serve", "Run the named services in this process until it is ended; `all` for all of them. Settings as flags: see waybill config", "  waybill serve all --settings .run/settings.yaml\n  waybill serve fleet billing --kafka.bootstrap 10.0.0.5:9092");
    serve_command->fallthrough(false)->allow_extras();
    serve_command->callback([&] { code = serve(serve_command->remaining()); });

    auto* provision_command = command("provision", "Make database, schemas, roles, topics and rights on servers that somebody else runs, once or again at any time. Settings as for serve",
                                      "  WAYBILL_SECRETS_FOLDER=/run/secrets waybill provision --postgres.host db --kafka.bootstrap kafka:9092\n  waybill provision --settings production.yaml --json");
    provision_command->fallthrough(false)->allow_extras();
    with_json(provision_command);
    provision_command->callback([&] { code = provision(provision_command->remaining(), json); });

    auto* config_command = command("config", "Every setting, its value and where it came from", "  waybill config\n  waybill config --settings my.yaml --json");
    config_command->fallthrough(false)->allow_extras();
    with_json(config_command);
    config_command->callback([&] { code = config(run, config_command->remaining(), json); });

    OfferOptions offer_options;
    auto* offer_command = command("offer", "Send an offer of freight, as a customer would", "  waybill offer offer.txt\n  echo 'Kaunas - Venlo tomorrow, 33 pallets, 8.4 t, 1380 EUR' | waybill offer -");
    offer_command->add_option("file", offer_options.file, "A text file, or - for standard input")->required();
    offer_command->add_option("--customer", offer_options.customer, "Whose key to use");
    offer_command->add_option("--channel", offer_options.channel, "email chat loadboard portal edi-note");
    offer_command->add_option("--received-at", offer_options.received_at, "RFC 3339; relative dates in the text count from it (default: now)");
    offer_command->add_option("--key", offer_options.key, "Idempotency-Key (default: from the text, so that sending it again is no second offer)");
    with_json(offer_command);
    offer_command->callback([&] { offer_options.run = run; offer_options.json = json; code = offer(offer_options); });

    std::string id;
    bool timeline = false;
    auto* where_command = command("where", "Where an offer or shipment is, what is awaited, and why it is late", "  waybill where wb-abc...\n  waybill where wb-abc... --timeline");
    where_command->add_option("id", id, "The waybill number")->required();
    where_command->add_flag("--timeline", timeline, "Every event of it, over all services");
    with_json(where_command);
    where_command->callback([&] { code = where(run, id, timeline, json); });

    auto* key_command = command("key", "Print the Bearer key of somebody in this run", "  curl -H \"Authorization: Bearer $(waybill key cust-lt)\" ...\n  waybill key operator");
    key_command->add_option("holder", id, "operator, bank, a customer or a driver")->required();
    key_command->callback([&] { code = show_key(run, id); });

    TailOptions tail_options;
    auto* tail_command = command("tail", "Events as they flow, decoded from the topics", "  waybill tail\n  waybill tail --from-start --topic fulfilment.events --json\n  waybill tail --subject wb-abc... --from-start --once");
    tail_command->add_option("--topic", tail_options.topic, "Only this topic");
    tail_command->add_option("--subject", tail_options.subject, "Only events about this id");
    tail_command->add_flag("--from-start", tail_options.from_start, "From the oldest event that Kafka has");
    tail_command->add_flag("--once", tail_options.once, "End when nothing more comes");
    with_json(tail_command);
    tail_command->callback([&] { tail_options.run = run; tail_options.json = json; code = tail(tail_options); });

    std::string file;
    auto* extract_command = command("extract", "Read offers with the rules, offline: JSON lines in, one answer a line out", "  waybill extract tests/offers/sample.jsonl > answers.jsonl\n  waybill extract --marked tests/offers/sample.jsonl | less\n  waybill extract score\n  waybill extract compare");
    bool explain = false, marked = false;
    auto* extract_file = extract_command->add_option("file", file, "Offers as in tests/offers/README.md, or - for standard input");
    extract_command->add_flag("--explain", explain, "Add the reasons, and for every field where in the text it was read");
    extract_command->add_flag("--marked", marked, "For people: the text with every field marked where it was read");
    extract_command->require_subcommand(0, 1);
    extract_command->callback([&] {
        if (!extract_command->get_subcommands().empty()) return;
        if (!*extract_file) throw CLI::RequiredError("file");
        code = extract(file, explain, marked);
    });
    std::string truths_file;
    for (const auto& [name, help, examples] : {std::tuple{"score", "How well offers were read, by what people made of them in review: by field, language, customer, rules and week", "  waybill extract score --json"},
                                               {"compare", "What today's rules answer to the offers that people reviewed, beside the answers that were kept. Exits with 4 when one became worse", "  waybill extract compare\n  waybill extract compare --truths truths.jsonl --json"},
                                               {"export", "The offers that people reviewed, with their texts, as JSON lines: keep them as you keep the texts", "  waybill extract export > truths.jsonl"}}) {
        auto* sub = extract_command->add_subcommand(name, help);
        sub->footer(std::string("Examples:\n") + examples);
        sub->add_option("--truths", truths_file, "JSON lines as `export` writes them, instead of the run's");
        with_json(sub);
        sub->callback([&, what = name] { code = truths({what}, run, truths_file, json); });
    }
    std::string offer_to_review;
    auto* review_command = extract_command->add_subcommand("review", "What a person must look at: the text with every field marked where it was read, how sure each is, and the questions");
    review_command->footer("Examples:\n  waybill extract review\n  waybill extract review wb-...");
    review_command->add_option("offer", offer_to_review, "This one (default: the list of all that wait)");
    with_json(review_command);
    review_command->callback([&] { code = truths(offer_to_review.empty() ? std::vector<std::string>{"review"} : std::vector<std::string>{"review", offer_to_review}, run, {}, json); });

    WorldCommand world_options;
    const auto world_flags = [&](CLI::App* sub, WorldCommand& options) {
        sub->add_option("--seed", options.seed, "What people decide follows from it");
        sub->add_option("--offers", options.offers, "How many to send; the samples repeat")->check(CLI::Range(1, 10'000'000));
        sub->add_option("--rate", options.rate, "Offers a second; 0: as fast as they are taken");
        sub->add_option("--file", options.offers_file, "Offers, as JSON lines (default: the samples)");
        with_json(sub);
    };
    auto* world_command = command("world", "Play customers, drivers, an operator and a bank against a running system", "  waybill world --offers 120 --seed 7");
    world_flags(world_command, world_options);
    world_command->callback([&] { world_options.run = run; world_options.json = json; code = world(world_options); });

    DemoOptions demo_options;
    auto* demo_command = command("demo", "Up, sixty messy offers, the world, and a board of what came of them", "  waybill demo\n  waybill demo --processes --seed 3 --offers 120\n  waybill demo --keep");
    world_flags(demo_command, demo_options.world);
    demo_command->add_option("--pace", demo_options.pace, "How fast business time runs")->check(CLI::Range(1.0, 1000.0));
    demo_command->add_flag("--processes", demo_options.processes, "One process a service");
    demo_command->add_flag("--keep", demo_options.keep, "Leave the system running");
    demo_command->callback([&] { demo_options.world.run = run; demo_options.world.json = json; demo_options.json = json; code = demo(demo_options); });

    auto* judge_command = command("judge", "Count what a run came to, from its databases and topics alone", "  waybill judge --json");
    with_json(judge_command);
    judge_command->callback([&] { code = judge(run, json); });

    LoadOptions load_options;
    auto* load_command = command("load", "Load a running system by the clock, and let the judge have the last word (exit code 4)",
                                 "  waybill up --for-load --pace 100 && waybill load offers --rate 20 --seconds 60\n  waybill load --list\n  waybill load show burst > mine.yaml; waybill load mine.yaml\n  waybill load compare before after");
    load_command->require_subcommand(0, 1);
    bool list = false;
    load_command->add_option("scenario", load_options.scenario, "One that is built in (--list), or a file");
    load_command->add_flag("--list", list, "What is built in");
    load_command->add_option("--rate", load_options.rate, "Offers a second")->check(CLI::Range(0.01, 100000.0));
    load_command->add_option("--seconds", load_options.seconds, "How long they arrive")->check(CLI::Range(1, 86400));
    load_command->add_option("--warm-up", load_options.warm_up, "Seconds at the begin that are left out of the figures")->check(CLI::Range(0, 86400));
    load_command->add_option("--seed", load_options.seed, "What people decide; 0: another one for every load");
    load_command->add_option("--file", load_options.offers_file, "Offers, as JSON lines (default: as the scenario says)");
    load_command->add_option("--out", load_options.out, "Folder for report.html, report.json and a .hgrm file a step");
    with_json(load_command);
    load_command->callback([&] {
        if (!load_command->get_subcommands().empty()) return;
        load_options.run = run;
        load_options.json = json;
        code = list ? list_scenarios(json) : load(load_options);
    });
    auto* show_command = load_command->add_subcommand("show", "Print a scenario's file, to start one's own from");
    show_command->add_option("name", id, "One of --list, or a file")->required();
    show_command->callback([&] { code = show_scenario(id); });
    std::string slo = "p99<1s";
    double from = 10, most = 10000;
    auto* capacity_command = load_command->add_subcommand("capacity", "The highest rate at which a percentile keeps its limit and nothing is lost, and the curve up to it");
    capacity_command->add_option("--slo", slo, "[step.]p<percent><<time>, such as p99<200ms or invoiced.p90<1s; the step is driver-asked unless said");
    capacity_command->add_option("--from", from, "The first rate")->check(CLI::Range(0.01, 100000.0));
    capacity_command->add_option("--most", most, "No rate beyond it")->check(CLI::Range(0.01, 100000.0));
    capacity_command->add_option("--scenario", load_options.scenario, "Its offers");
    capacity_command->add_option("--seconds", load_options.seconds, "At each rate (default 20)")->check(CLI::Range(5, 3600));
    capacity_command->add_option("--out", load_options.out, "Folder for capacity.html, capacity.json and a report a rate");
    with_json(capacity_command);
    capacity_command->callback([&] { load_options.run = run; load_options.json = json; code = capacity(load_options, slo, from, most); });
    std::string before, after;
    double allowed = 5;
    auto* compare_command = load_command->add_subcommand("compare", "Whether the second of two loads is worse than the first (exit code 5), with intervals");
    compare_command->add_option("before", before, "Its report folder, or report.json")->required();
    compare_command->add_option("after", after, "The other's")->required();
    compare_command->add_option("--allow", allowed, "Per cent by which a percentile may grow")->check(CLI::Range(0.0, 1000.0));
    with_json(compare_command);
    compare_command->callback([&] { code = compare_loads(before, after, allowed / 100, json); });

    waybill::bench::Options bench_options;
    auto* bench_command = command("bench", "How near the runtime comes to a loop written by hand, on private servers of its own", "  waybill bench hops\n  waybill bench hops --seconds 20 --json\n  waybill bench local");
    bench_command->require_subcommand(1);
    const auto bench_flags = [&](CLI::App* sub) {
        sub->add_option("--folder", bench_options.folder, "Of the private servers; it must not exist, and is removed afterwards");
        sub->add_option("--seconds", bench_options.seconds, "At full load, of each side")->check(CLI::Range(2, 3600));
        sub->add_option("--lanes", bench_options.lanes, "Of each service")->check(CLI::Range(1, 64));
        sub->add_option("--under-way", bench_options.under_way, "Trips at once, at full load")->check(CLI::Range(1, 100000));
        sub->add_option("--alone", bench_options.alone, "Trips that go alone")->check(CLI::Range(2, 100000));
        sub->add_flag("--keep", bench_options.keep, "Leave the folder with its data");
        with_json(sub);
    };
    auto* hops_command = bench_command->add_subcommand("hops", "Eight hops a trip between two services through Kafka; beside it the loop, in turns");
    bench_flags(hops_command);
    hops_command->add_option("--rounds", bench_options.rounds, "How often the sides take turns")->check(CLI::Range(1, 20));
    hops_command->add_option("--rate", bench_options.rate, "Hops a second at part load, arriving by the clock; 0: leave it out")->check(CLI::Range(0.0, 1e6));
    hops_command->add_flag("!--no-loop", bench_options.loop, "The runtime alone");
    hops_command->callback([&] { bench_options.json = json; code = waybill::bench::run_hops(bench_options); });
    auto* local_command = bench_command->add_subcommand("local", "The same eight steps within one service, without Kafka");
    bench_flags(local_command);
    local_command->callback([&] { bench_options.json = json; code = waybill::bench::run_local(bench_options); });

    auto* simulate_command = command("simulate", "The whole business in one thread, from a seed, with faults everywhere, and every promise checked; see waybill simulate --help",
                                     "  waybill simulate --seconds 60\n  waybill simulate --seed 7 --trace\n  waybill simulate --plan failing.json --json");
    simulate_command->set_help_flag();
    simulate_command->fallthrough(false)->allow_extras();
    simulate_command->callback([&] {
        auto words = simulate_command->remaining();
        words.insert(words.begin(), {"--samples", sample_offers().string()});
        code = simulate::command(words);
    });

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const int parsed = app.exit(error);
        return parsed == 0 ? ok : wrong_usage;
    } catch (const std::exception& error) {
        std::cerr << "waybill: " << error.what() << "\n";
        return failed;
    }
    return code;
}
