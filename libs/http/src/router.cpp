#include "wire.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/pct_string_view.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>
#include <ctime>
#include <set>

namespace waybill::http {
namespace {

namespace urls = boost::urls;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Own code: Boost has UTF-8 checks only inside its parsers (JSON, Locale), none for a plain text.
bool is_utf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto first = static_cast<unsigned char>(text[i]);
        if (first == 0) return false;   // not ill-formed, but no name has it and it cuts C strings short
        if (first < 0x80) continue;
        const int more = first >= 0xC2 && first <= 0xDF ? 1 : first >= 0xE0 && first <= 0xEF ? 2 : first >= 0xF0 && first <= 0xF4 ? 3 : -1;
        if (more < 0 || i + static_cast<std::size_t>(more) >= text.size()) return false;
        for (int k = 1; k <= more; ++k) {
            const auto next = static_cast<unsigned char>(text[++i]);
            unsigned char from = 0x80, to = 0xBF;
            if (k == 1 && first == 0xE0) from = 0xA0;
            if (k == 1 && first == 0xED) to = 0x9F;
            if (k == 1 && first == 0xF0) from = 0x90;
            if (k == 1 && first == 0xF4) to = 0x8F;
            if (next < from || next > to) return false;
        }
    }
    return true;
}

std::optional<std::string> decoded(std::string_view encoded) {
    const auto view = urls::make_pct_string_view(urls::string_view(encoded.data(), encoded.size()));
    if (!view) return std::nullopt;
    std::string text = view->decode();
    return is_utf8(text) ? std::optional(std::move(text)) : std::nullopt;
}

std::vector<std::string_view> segments_of(std::string_view path) {
    std::vector<std::string_view> segments;
    if (path.starts_with('/')) path.remove_prefix(1);
    for (;;) {
        const auto slash = path.find('/');
        segments.push_back(path.substr(0, slash));
        if (slash == path.npos) return segments;
        path.remove_prefix(slash + 1);
    }
}

Response bad_target(std::string_view detail, std::string_view cure) { return problem(400, "bad-target", "The address of the request cannot be read", detail, "target", cure); }

std::string_view reason(int status) {
    struct Row {
        int status;
        std::string_view words;
    };
    static constexpr Row rows[] = {
        {200, "OK"}, {201, "Created"}, {202, "Accepted"}, {204, "No Content"}, {301, "Moved Permanently"}, {302, "Found"}, {303, "See Other"},
        {304, "Not Modified"}, {400, "Bad Request"}, {401, "Unauthorized"}, {403, "Forbidden"}, {404, "Not Found"}, {405, "Method Not Allowed"},
        {406, "Not Acceptable"}, {408, "Request Timeout"}, {409, "Conflict"}, {410, "Gone"}, {412, "Precondition Failed"}, {413, "Content Too Large"},
        {415, "Unsupported Media Type"}, {417, "Expectation Failed"}, {422, "Unprocessable Content"}, {428, "Precondition Required"},
        {429, "Too Many Requests"}, {431, "Request Header Fields Too Large"}, {500, "Internal Server Error"}, {501, "Not Implemented"},
        {502, "Bad Gateway"}, {503, "Service Unavailable"}, {504, "Gateway Timeout"}, {505, "HTTP Version Not Supported"},
    };
    for (const Row& row : rows)
        if (row.status == status) return row.words;
    return "Status";
}

std::string date_now() {
    thread_local std::time_t second = 0;
    thread_local char text[32];
    if (const std::time_t now = std::time(nullptr); now != second) {
        std::tm utc{};
        gmtime_r(&now, &utc);
        std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &utc);
        second = now;
    }
    return text;
}

}  // namespace

bool FieldNameLess::operator()(std::string_view a, std::string_view b) const {
    return std::ranges::lexicographical_compare(a, b, {}, lower, lower);
}

std::string_view header(const Headers& headers, std::string_view name) {
    const auto at = headers.find(name);
    return at == headers.end() ? std::string_view() : at->second;
}

void join(Headers& headers, std::string_view name, std::string_view value) {
    const auto [at, fresh] = headers.try_emplace(std::string(name), value);
    if (!fresh) at->second.append(", ").append(value);
}

bool same_name(std::string_view a, std::string_view b) { return std::ranges::equal(a, b, {}, lower, lower); }

bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return (lower(c) >= 'a' && lower(c) <= 'z') || (c >= '0' && c <= '9') || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
    });
}

bool is_field_value(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F) || c == '\t'; });
}

Response json(int status, std::string body) { return {status, {{"Content-Type", "application/json"}}, std::move(body)}; }
Response text(int status, std::string body) { return {status, {{"Content-Type", "text/plain; charset=utf-8"}}, std::move(body)}; }

Response problem(int status, std::string_view type, std::string_view title, std::string_view detail, std::string_view field, std::string_view cure) {
    boost::json::object body;
    body["type"] = "urn:waybill:problem:" + std::string(type);
    body["title"] = title;
    body["status"] = status;
    const std::pair<const char*, std::string_view> optional[] = {{"detail", detail}, {"field", field}, {"cure", cure}};
    for (const auto& [name, value] : optional)
        if (!value.empty()) body[name] = value;
    return {status, {{"Content-Type", "application/problem+json"}}, boost::json::serialize(body)};
}

Response problem(int status, std::string_view type, std::string_view title, const Refusal& refusal) {
    return problem(status, type, title, refusal.why, refusal.field, refusal.cure);
}

std::optional<Response> read_target(std::string_view target, Request& request) {
    if (target == "*" && request.method == "OPTIONS") {
        request.path = "*";
        return std::nullopt;
    }
    const urls::string_view text(target.data(), target.size());
    auto url = urls::parse_origin_form(text);
    if (!url) url = urls::parse_absolute_uri(text);
    if (!url || (url->has_scheme() && url->scheme_id() != urls::scheme::http && url->scheme_id() != urls::scheme::https))
        return bad_target("It is not a path such as /v1/offers?limit=10.", "percent-encode what is not allowed in a URL");
    request.path = url->encoded_path();
    if (request.path.empty()) request.path = "/";
    for (const std::string_view segment : segments_of(request.path))
        if (!decoded(segment)) return bad_target("A part of the path is not UTF-8 when decoded.", "percent-encode UTF-8");

    std::string query;
    for (const char c : std::string_view(url->encoded_query().data(), url->encoded_query().size())) c == '+' ? query += "%20" : query += c;
    for (std::string_view left = query; !left.empty();) {
        const std::string_view pair = left.substr(0, left.find('&'));
        left.remove_prefix(std::min(left.size(), pair.size() + 1));
        if (pair.empty()) continue;
        const auto equals = std::min(pair.find('='), pair.size());
        auto name = decoded(pair.substr(0, equals)), value = decoded(pair.substr(std::min(pair.size(), equals + 1)));
        if (!name || !value) return bad_target("A part of the query is not UTF-8 when decoded.", "percent-encode UTF-8");
        if (!request.query.emplace(*name, *value).second) return bad_target("The query has \"" + *name + "\" twice.", "give it once");
    }
    return std::nullopt;
}

std::string bytes_of(Response response, bool head, bool close) {
    const auto sound = [](const auto& field) { return is_token(field.first) && is_field_value(field.second); };
    if (response.status < 200 || response.status > 599 || !std::ranges::all_of(response.headers, sound))
        response = problem(500, "internal", "The service made an answer that cannot be sent");

    const bool bodiless = response.status == 204 || response.status == 304;
    std::string bytes = "HTTP/1.1 " + std::to_string(response.status) + " ";
    bytes += reason(response.status);
    bytes += "\r\n";
    for (const auto& [name, value] : response.headers) {
        const bool ours = same_name(name, "content-length") || same_name(name, "transfer-encoding") || same_name(name, "connection") || same_name(name, "date");
        if (!ours) bytes.append(name).append(": ").append(value).append("\r\n");
    }
    bytes.append("Date: ").append(date_now()).append("\r\n");
    if (!bodiless) bytes.append("Content-Length: ").append(std::to_string(response.body.size())).append("\r\n");
    if (close) bytes += "Connection: close\r\n";
    bytes += "\r\n";
    if (!bodiless && !head) bytes += response.body;
    return bytes;
}

struct Router::Route {
    struct Segment {
        std::string text;
        bool named;
    };
    std::string method, pattern;
    std::vector<Segment> segments;
    Handler handler;
};

Router& Router::on(std::string method, std::string pattern, Handler handler) {
    const auto wrong = [&](const char* why) { return std::logic_error("the route " + method + " " + pattern + " " + why); };
    if (!is_token(method) || !pattern.starts_with('/') || !handler) throw wrong("needs a method, a pattern that begins with /, and a handler");
    Route route{method, pattern, {}, std::move(handler)};
    std::set<std::string_view> names;
    for (const std::string_view segment : segments_of(pattern)) {
        const bool named = segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
        const std::string_view text = named ? segment.substr(1, segment.size() - 2) : segment;
        if (text.find_first_of("{}?#%") != text.npos) throw wrong("has a segment that is neither a literal nor a {name}");
        if (named && !names.insert(text).second) throw wrong("has a name twice");
        route.segments.push_back({std::string(text), named});
    }
    const auto same = [&](const auto& other) {
        return other->method == method && std::ranges::equal(other->segments, route.segments, [](const auto& a, const auto& b) {
            return a.named == b.named && (a.named || a.text == b.text);
        });
    };
    if (std::ranges::any_of(routes_, same)) throw wrong("is there twice");
    routes_.push_back(std::make_shared<const Route>(std::move(route)));
    return *this;
}

Router::Found Router::find(std::string_view method, std::string_view path) const {
    std::vector<std::string> given;
    for (const std::string_view segment : segments_of(path)) given.push_back(decoded(segment).value_or("\xFF"));   // \xFF equals no literal

    const auto fits = [&](const Route& route) {
        return route.segments.size() == given.size() && std::ranges::equal(route.segments, given, [](const auto& segment, const std::string& text) {
            return segment.named ? !text.empty() : segment.text == text;
        });
    };
    // The more literal of two routes that fit: the first segment in which they differ decides.
    const auto better = [](const Route& a, const Route& b) {
        return std::ranges::lexicographical_compare(a.segments, b.segments, {}, &Route::Segment::named, &Route::Segment::named);
    };
    const Route* best = nullptr;      // that serves the method
    const Route* nearest = nullptr;   // that serves the path
    std::set<std::string> methods;
    const auto consider = [&](std::string_view wanted) {
        for (const auto& route : routes_) {
            if (!fits(*route)) continue;
            methods.insert(route->method);
            if (!nearest || better(*route, *nearest)) nearest = route.get();
            if (route->method == wanted && (!best || better(*route, *best))) best = route.get();
        }
    };
    consider(method);
    if (!best && method == "HEAD") consider("GET");

    Found found;
    if (!nearest) return found;
    if (methods.contains("GET")) methods.insert("HEAD");
    methods.insert("OPTIONS");
    for (const std::string& one : methods) found.allowed += (found.allowed.empty() ? "" : ", ") + one;
    found.pattern = (best ? best : nearest)->pattern;
    if (!best) return found;
    found.handler = &best->handler;
    for (std::size_t i = 0; i < given.size(); ++i)
        if (best->segments[i].named) found.params.emplace(best->segments[i].text, std::move(given[i]));
    return found;
}

void Router::run(Found found, Request request, Respond respond) {
    if (found.handler) {
        request.params = std::move(found.params);
        (*found.handler)(std::move(request), std::move(respond));
    } else if (request.path == "*") {
        respond({204, {{"Allow", "GET, HEAD, OPTIONS, POST"}}, ""});
    } else if (found.pattern.empty()) {
        respond(problem(404, "unknown-path", "There is nothing at this path", request.path.substr(0, 200) + " is not served here."));
    } else if (request.method == "OPTIONS") {
        respond({204, {{"Allow", found.allowed}}, ""});
    } else {
        Response response = problem(405, "wrong-method", "This path is not served with this method", found.pattern + " takes " + found.allowed + ".", "method",
                                    "use one of " + found.allowed);
        response.headers["Allow"] = found.allowed;
        respond(std::move(response));
    }
}

void Router::handle(Request request, Respond respond) const {
    Found found = find(request.method, request.path);
    run(std::move(found), std::move(request), std::move(respond));
}

}  // namespace waybill::http
