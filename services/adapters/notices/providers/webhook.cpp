#include "providers/webhook.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <charconv>
#include <ctime>

namespace waybill::notices {

using namespace std::chrono_literals;

namespace {

constexpr std::chrono::milliseconds longest_retry_after = 1h;
constexpr std::string_view place_of_id = "{id}";

std::string percent_encoded(std::string_view text) {
    std::string made;
    for (const unsigned char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' || c == '~';
        if (plain) {
            made += static_cast<char>(c);
        } else {
            made += '%';
            made += "0123456789ABCDEF"[c >> 4];
            made += "0123456789ABCDEF"[c & 15];
        }
    }
    return made;
}

std::string url_for(std::string url, std::string_view id) {
    const auto encoded = percent_encoded(id);
    for (auto at = url.find(place_of_id); at != std::string::npos; at = url.find(place_of_id, at + encoded.size())) url.replace(at, place_of_id.size(), encoded);
    return url;
}

// Seconds, or an HTTP date (RFC 9110, 10.2.3). Anything else is not obeyed.
std::optional<std::chrono::milliseconds> retry_after(std::string_view text, Instant now) {
    std::chrono::milliseconds wait{};
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error == std::errc() && end == text.data() + text.size()) {
        wait = std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, 24 * 3600));
    } else {
        std::tm parts{};
        const std::string date(text);
        const char* rest = strptime(date.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
        if (!rest || *rest) return {};
        wait = Instant(std::chrono::seconds(timegm(&parts))) - now;
    }
    return std::clamp(wait, std::chrono::milliseconds(0), longest_retry_after);
}

}  // namespace

std::optional<Refusal> not_a_url_template(const std::string& url, const std::string& field) {
    const std::string cure = "give an address such as https://hooks.example.com/drivers/{id}, or leave it empty";
    if (url.empty()) return {};
    if (!url.starts_with("http://") && !url.starts_with("https://")) return Refusal{field, "it is neither http nor https", cure};
    const auto path = url.find('/', url.find("//") + 2);
    if (path == std::string::npos || url.find(place_of_id, path) == std::string::npos) return Refusal{field, "its path has no {id} for the receiver's id", cure};
    return {};
}

Result<std::string> parse_secret(const std::string& text, const std::string& field) {
    const Refusal refusal{field, "it is not a signing secret", "give whsec_ and the base64 of 24 to 64 random bytes, such as: echo whsec_$(openssl rand -base64 32)"};
    constexpr std::string_view prefix = "whsec_";
    if (!text.starts_with(prefix)) return refusal;
    const auto encoded = text.substr(prefix.size());
    const auto padding = static_cast<std::size_t>(std::ranges::count(encoded, '='));
    if (encoded.empty() || encoded.size() % 4 != 0 || padding > 2 || encoded.find_first_not_of('=', encoded.size() - padding) != std::string::npos) return refusal;
    std::string bytes(encoded.size() / 4 * 3, '\0');
    const int made = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()), reinterpret_cast<const unsigned char*>(encoded.data()), static_cast<int>(encoded.size()));
    if (made < 0) return refusal;
    bytes.resize(static_cast<std::size_t>(made) - padding);
    if (bytes.size() < 24 || bytes.size() > 64) return refusal;
    return bytes;
}

std::string signature(const std::string& key, const std::string& id, std::int64_t seconds, const std::string& body) {
    const std::string content = id + "." + std::to_string(seconds) + "." + body;
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    if (!HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(content.data()), content.size(), digest, &size)) {
        throw std::runtime_error("OpenSSL could not sign a webhook");
    }
    std::string encoded((size + 2) / 3 * 4 + 1, '\0');
    encoded.resize(static_cast<std::size_t>(EVP_EncodeBlock(reinterpret_cast<unsigned char*>(encoded.data()), digest, static_cast<int>(size))));
    return "v1," + encoded;
}

runtime::CallResult<Deliver::Answer> meaning(const http::Response& response, Instant now) {
    const int status = response.status;
    const std::string said = "the receiver's server said " + std::to_string(status);
    const bool again = status < 200 || status >= 500 || status == 408 || status == 425 || status == 429;
    if (status / 100 == 2) return Deliver::Answer{true};
    if (again) return runtime::CallFailed{said, true, retry_after(http::header(response.headers, "Retry-After"), now)};
    if (status == 410) return runtime::CallFailed{said + ": it wants no more notices", false};
    if (status / 100 == 3) return runtime::CallFailed{said + ": redirects are not followed", false};
    return runtime::CallFailed{said, false};
}

Webhook::Webhook(WebhookSettings settings)
    : settings_(std::move(settings)), client_(std::make_shared<http::Client>(http::ClientOptions{.ca_file = settings_.ca_file, .response_limit = 64 * 1024})) {}

runtime::CallResult<Deliver::Answer> Webhook::deliver(const Deliver& notice, const runtime::Attempt& attempt) const {
    const auto& url = notice.receiver == Receiver::driver ? settings_.driver_url : settings_.customer_url;
    if (url.empty()) return Deliver::Answer{false};

    // The receiver compares the timestamp with its own clock, so it is the machine's and not the flow's.
    const auto now = std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count();
    const auto answer = client_->call({.method = "POST",
                                       .url = url_for(url, notice.receiver_id),
                                       .headers = {{"Content-Type", "application/json"},
                                                   {"webhook-id", notice.notice_id},
                                                   {"webhook-timestamp", std::to_string(seconds)},
                                                   {"webhook-signature", signature(settings_.key, notice.notice_id, seconds, notice.body)},
                                                   {"Idempotency-Key", attempt.idempotency_key}},
                                       .body = notice.body,
                                       .timeout = attempt.timeout});
    if (answer) return meaning(*answer, now);
    const auto& refusal = answer.refusal();
    const bool ours = refusal.field == "url" || refusal.field == "headers";
    return runtime::CallFailed{to_text(refusal), !ours};
}

}  // namespace waybill::notices
