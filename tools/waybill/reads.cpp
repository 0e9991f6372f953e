#include "commands.h"
#include "run_files.h"

#include <waybill/access.h>
#include <waybill/http.h>

#include <boost/json.hpp>

#include <fstream>
#include <iostream>
#include <sstream>

namespace waybill::cli {
namespace {

using namespace std::chrono_literals;

// The answer, or an exit code with the reason told.
std::optional<http::Response> call(const http::Call& call, int& code) {
    http::Client client;
    auto answer = client.call(call);
    if (!answer) {
        std::cerr << "waybill: no answer from the system (" << to_text(answer.refusal()) << "); is it up? see `waybill status`\n";
        code = not_up;
        return {};
    }
    if (answer->status >= 400) {
        boost::system::error_code error;
        const auto problem = boost::json::parse(answer->body, error);
        std::cerr << "waybill: " << answer->status << " ";
        if (!error && problem.is_object()) {
            const auto& object = problem.get_object();
            const char* before = "";
            for (const char* member : {"title", "detail", "field", "cure"})
                if (const auto* text = object.if_contains(member); text && text->is_string()) std::cerr << before << (std::string_view(member) == "field" ? "field " : "") << std::string_view(text->get_string()), before = "; ";
        } else {
            std::cerr << answer->body;
        }
        std::cerr << "\n";
        code = answer->status == 503 ? not_up : failed;
        return {};
    }
    return std::move(answer).value();
}

http::Headers authorization(const std::string& key) { return {{"Authorization", "Bearer " + key}}; }

}  // namespace

int offer(const OfferOptions& options) {
    std::ostringstream text;
    if (options.file == "-") {
        text << std::cin.rdbuf();
    } else {
        std::ifstream in(options.file);
        if (!in) {
            std::cerr << "waybill: cannot read " << options.file << "\n";
            return wrong_usage;
        }
        text << in.rdbuf();
    }
    const std::string received_at = options.received_at.empty() ? to_text(std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now())) : options.received_at;
    const std::string key = options.key.empty() ? "cli-" + access::sha256_hex(options.customer + "\n" + options.channel + "\n" + options.received_at + "\n" + text.str()).substr(0, 24) : options.key;
    http::Headers headers = authorization(key_of(keys(options.run), options.customer));
    headers.emplace("Content-Type", "application/json");
    headers.emplace("Idempotency-Key", key);
    boost::json::object body{{"text", text.str()}, {"channel", options.channel}, {"received_at", received_at}};
    // The default time would make the same text another request each second: without --received-at it is cut to the day.
    if (options.received_at.empty()) body["received_at"] = received_at.substr(0, 10) + "T00:00:00Z";
    int code = ok;
    const auto answer = call({"POST", endpoints(options.run).edge + "/v1/offers", headers, boost::json::serialize(body), 30s}, code);
    if (!answer) return code;
    if (options.json) {
        std::cout << answer->body << "\n";
        return ok;
    }
    const auto taken = boost::json::parse(answer->body).as_object();
    std::cout << std::string_view(taken.at("id").as_string()) << "\n";
    std::cerr << "taken; follow it with: waybill where " << std::string_view(taken.at("id").as_string()) << "\n";
    return ok;
}

int where(const std::filesystem::path& run, const std::string& id, bool timeline, bool json) {
    int code = ok;
    const auto base = endpoints(run).operations + "/v1/shipments/" + id;
    const auto headers = authorization(keys(run).operator_key);
    if (!timeline) {
        const auto answer = call({"GET", base + "/whereabouts", headers, {}, 10s}, code);
        if (!answer) return code;
        if (json) std::cout << answer->body << "\n";
        else std::cout << std::string_view(boost::json::parse(answer->body).as_object().at("sentence").as_string()) << "\n";
        return ok;
    }
    for (std::string cursor;;) {
        const auto answer = call({"GET", base + "/timeline?limit=200" + (cursor.empty() ? "" : "&cursor=" + cursor), headers, {}, 10s}, code);
        if (!answer) return code;
        const auto page = boost::json::parse(answer->body).as_object();
        for (const auto& item : page.at("items").as_array()) {
            const auto& event = item.as_object();
            const auto text = [&](const char* name) { return event.at(name).is_string() ? std::string(event.at(name).as_string()) : std::string(); };
            if (json) std::cout << boost::json::serialize(event) << "\n";
            else std::cout << text("time") << "  " << text("type") << std::string(text("type").size() < 36 ? 36 - text("type").size() : 1, ' ') << "because of " << text("cause") << "\n";
        }
        const auto* next = page.if_contains("next_cursor");
        if (!next || !next->is_string()) return ok;
        cursor = next->get_string();
    }
}

int show_key(const std::filesystem::path& run, const std::string& holder) {
    std::cout << key_of(keys(run), holder) << "\n";
    return ok;
}

}  // namespace waybill::cli
