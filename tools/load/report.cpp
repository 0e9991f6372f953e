#include "report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include <sys/utsname.h>
#include <unistd.h>

namespace waybill::load {
namespace {

constexpr const char* head = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">";
constexpr const char* style =
    "<style>body{font:15px/1.45 system-ui,sans-serif;max-width:860px;margin:24px auto;padding:0 16px;color:#222}h1{font-size:24px}h2{font-size:19px;margin-top:32px}"
                       "h3{font-size:15px;margin-bottom:4px}table{border-collapse:collapse;width:100%}td,th{padding:4px 8px;text-align:right;border-bottom:1px solid #ddd}td:first-child,th:first-child{text-align:left}"
                       ".verdict{padding:10px 14px;border-radius:6px;font-weight:600}.clean{background:#e3f3e6}.failed{background:#fbe1e3}.warn{background:#fff3d6;padding:8px 14px;border-radius:6px}"
                       "svg{width:100%}svg text{font-size:11px;fill:#555}.end{text-anchor:end}.mid{text-anchor:middle}.grid{stroke:#e4e4e4}.legend span{margin-right:16px}"
                       ".legend i{display:inline-block;width:12px;height:12px;margin-right:5px;border-radius:2px}pre{background:#f6f6f6;padding:10px;overflow:auto;max-height:360px;font-size:12px}</style>";
constexpr const char* colours[] = {"#1f6f8b", "#d1495b", "#66a182", "#8d6a9f", "#edae49"};
constexpr double wide = 820, high = 260, left = 62, below = 34;

std::string escaped(std::string_view text) {
    std::string made;
    for (const char c : text) {
        if (c == '<') made += "&lt;";
        else if (c == '>') made += "&gt;";
        else if (c == '&') made += "&amp;";
        else if (c == '"') made += "&quot;";
        else made += c;
    }
    return made;
}

struct Line {
    std::string name;
    std::vector<std::pair<double, double>> points;
};

// Rounded up to 1, 2 or 5 of its power of ten.
double rounded_up(double value) {
    if (value <= 0) return 1;
    const double ten = std::pow(10, std::floor(std::log10(value)));
    for (const double step : {1.0, 2.0, 5.0})
        if (value <= step * ten) return step * ten;
    return 10 * ten;
}

// A bar a hop, one below the other as they follow, from left to right in the time they take.
std::string waterfall(const Budget& budget) {
    constexpr const char* inks[] = {"#b0b0b0", "#edae49", "#8d6a9f", "#9fc5d3", "#1f6f8b", "#d1495b", "#c9d8a5", "#66a182", "#2e4057", "#f2a7a0"};
    constexpr double from = 285, row = 19;
    double whole = 0;
    for (const auto& hop : budget.hops) whole += hop.ms;
    const double tall = row * static_cast<double>(budget.hops.size()) + 22;
    std::string svg = fmt::format("<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">", wide, tall, escaped(budget.stretch));
    double passed = 0;
    const auto at_x = [&](double ms) { return from + ms / std::max(whole, 1e-9) * (wide - from - 50); };
    for (std::size_t i = 0; i < budget.hops.size(); ++i) {
        const auto& hop = budget.hops[i];
        const double y = row * static_cast<double>(i);
        svg += fmt::format("<text x=\"0\" y=\"{:.1f}\">{}: {}</text><line class=\"grid\" x1=\"0\" x2=\"{}\" y1=\"{:.1f}\" y2=\"{:.1f}\"/>", y + 13, escaped(hop.service), escaped(hop.event), wide, y + row - 1, y + row - 1);
        for (std::size_t part = 0; part < hop.parts.size(); ++part) {
            const double ms = std::max(0.0, hop.parts[part].ms);
            if (ms > 0) svg += fmt::format("<rect x=\"{:.2f}\" y=\"{:.1f}\" width=\"{:.2f}\" height=\"{}\" fill=\"{}\"><title>{}: {:.2f} ms</title></rect>", at_x(passed), y + 2, at_x(passed + ms) - at_x(passed), row - 5, inks[part % 10], escaped(hop.parts[part].name), ms);
            passed += ms;
        }
        svg += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\">{:.1f} ms</text>", at_x(passed) + 4, y + 13, hop.ms);
    }
    svg += "</svg><p class=\"legend\">";
    for (std::size_t part = 0; part < budget.parts.size(); ++part)
        if (part < 10 && budget.parts[part].ms > 0) svg += fmt::format("<span><i style=\"background:{}\"></i>{}</span>", inks[part], escaped(budget.parts[part].name));
    return svg + "</p>";
}

std::string where_time_goes(const Report& report) {
    std::string html;
    for (const auto& budget : report.budgets) {
        if (!budget.followed) continue;
        html += fmt::format("<h3>{}: {:.1f} ms of the mean of {} followed requests</h3><table><tr><th>spent on</th><th>ms</th><th>share</th></tr>", escaped(budget.stretch), budget.took_ms, budget.followed);
        for (const auto& part : budget.parts)
            if (part.ms >= 0.005 || part.ms <= -0.005) html += fmt::format("<tr><td>{}</td><td>{:.2f}</td><td>{:.0f} %</td></tr>", escaped(part.name), part.ms, 100 * part.ms / std::max(budget.took_ms, 1e-9));
        html += fmt::format("<tr><td><b>explained</b></td><td>{:.2f}</td><td>{:.1f} %</td></tr></table><p>Hop by hop, on the way that {} of the {} took:</p>", budget.explained_ms, 100 * budget.explained_ms / std::max(budget.took_ms, 1e-9), budget.on_this_way, budget.followed) +
                waterfall(budget);
    }
    if (html.empty()) return "<p>No request was followed: the services leave no trail (setting <code>trail.file</code>), or too few came for one in sixteen to be among them.</p>";
    return html;
}

std::string chart(const std::string& title, const std::vector<Line>& lines, double most_x, const std::vector<std::pair<double, std::string>>& marks, const std::string& x_name, const std::string& unit) {
    double most = 0;
    for (const auto& line : lines)
        for (const auto& [x, y] : line.points) most = std::max(most, y);
    most = rounded_up(most);
    const auto at_x = [&](double x) { return left + x / std::max(most_x, 1e-9) * (wide - left - 10); };
    const auto at_y = [&](double y) { return high - below - y / most * (high - below - 26); };
    std::string svg = fmt::format("<h3>{}</h3><svg viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">", escaped(title), wide, high, escaped(title));
    for (int i = 0; i <= 4; ++i) {
        const double y = most * i / 4;
        svg += fmt::format("<line x1=\"{:.1f}\" x2=\"{:.1f}\" y1=\"{:.1f}\" y2=\"{:.1f}\" class=\"grid\"/><text x=\"{:.1f}\" y=\"{:.1f}\" class=\"end\">{:g}</text>", left, wide - 10, at_y(y), at_y(y), left - 6, at_y(y) + 4, y);
    }
    for (const auto& [x, name] : marks) svg += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"mid\">{}</text>", at_x(x), high - below + 16, escaped(name));
    svg += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" class=\"mid\">{}</text><text x=\"4\" y=\"11\">{}</text>", (left + wide) / 2, high - 3, escaped(x_name), escaped(unit));
    std::string legend;
    for (std::size_t i = 0; i < lines.size(); ++i) {
        std::string points;
        for (const auto& [x, y] : lines[i].points) points += fmt::format("{:.1f},{:.1f} ", at_x(x), at_y(y));
        svg += fmt::format("<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"1.8\"/>", points, colours[i % 5]);
        legend += fmt::format("<span><i style=\"background:{}\"></i>{}</span>", colours[i % 5], escaped(lines[i].name));
    }
    return svg + "</svg><p class=\"legend\">" + legend + "</p>";
}

}  // namespace

StepFigures figures_of(std::string name, std::string what, const bench::Histogram& micros) {
    const auto ms = [&](double share) { return static_cast<double>(micros.at(share)) / 1000; };
    StepFigures made{std::move(name), std::move(what), micros.count(), ms(0.5), ms(0.9), ms(0.99), ms(0.999), static_cast<double>(micros.max()) / 1000, micros.mean() / 1000, {}, {}};
    for (const auto& [value, count] : micros.counts()) {
        made.micros.push_back(value);
        made.counts.push_back(count);
    }
    return made;
}

Machine this_machine() {
    Machine made;
    made.processors = static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN));
    made.memory_gb = std::round(static_cast<double>(::sysconf(_SC_PHYS_PAGES)) * static_cast<double>(::sysconf(_SC_PAGESIZE)) / 1e8) / 10;
    std::ifstream in("/proc/cpuinfo");
    for (std::string line; std::getline(in, line);)
        if (line.starts_with("model name")) {
            made.processor = line.substr(line.find(':') + 2);
            break;
        }
    utsname name{};
    if (::uname(&name) == 0) made.kernel = std::string(name.sysname) + " " + name.release;
    return made;
}

std::string page(const Capacity& capacity, double limit_ms) {
    Line value{"the percentile of the limit", {}}, p50{"p50", {}}, limit{"the limit", {}};
    double most = 1;
    std::vector<std::pair<double, std::string>> marks{{0, "0"}};
    for (const auto& each : capacity.tried) {
        value.points.emplace_back(each.rate, each.value_ms);
        p50.points.emplace_back(each.rate, each.p50_ms);
        most = std::max(most, each.rate);
        marks.emplace_back(each.rate, fmt::format("{:g}", each.rate));
    }
    limit.points = {{0, limit_ms}, {most, limit_ms}};
    std::string html = fmt::format("{}<title>Waybill: capacity</title>{}<h1>Capacity: {}</h1><p class=\"verdict clean\">{}</p>", head, style, escaped(capacity.slo), escaped(capacity.sentence));
    html += chart("By offers a second", {value, p50, limit}, most, marks, "offers a second", "ms") + "<table><tr><th>offers a second</th><th>p50, ms</th><th>of the limit, ms</th><th></th></tr>";
    for (const auto& each : capacity.tried) html += fmt::format("<tr><td>{:g}</td><td>{:.1f}</td><td>{:.1f}</td><td>{}</td></tr>", each.rate, each.p50_ms, each.value_ms, each.sustained ? "sustained" : escaped(each.why));
    return html + fmt::format("</table><h2>The machine</h2><p>{} processors ({}), {:g} GB, {}; services, Postgres, Kafka and the generator all on it.</p></html>\n", capacity.machine.processors, escaped(capacity.machine.processor), capacity.machine.memory_gb, escaped(capacity.machine.kernel));
}

std::string page(const Report& report, const std::vector<bench::Histogram>& histograms) {
    std::string html = std::string(head) + "<title>Waybill under load: " + escaped(report.scenario) + "</title>" + style;
    html += fmt::format("<h1>Waybill under load: {}</h1><p class=\"verdict {}\">{}</p>", escaped(report.scenario), report.verdict == "clean" ? "clean" : "failed",
                        report.verdict == "clean" ? "The judge found nothing lost, doubled, reordered or stuck." : escaped(report.verdict) + ": whatever its speed, this run failed.");
    for (const auto& each : report.broken) html += fmt::format("<p class=\"warn\">{}</p>", escaped(each));
    if (report.poisoned) html += fmt::format("<p class=\"warn\">{} events that nobody can read were sent among the others: they wait for a person, as they should, and are not counted as stuck.</p>", report.poisoned);
    if (report.generator_was_the_bound)
        html += fmt::format("<p class=\"warn\">The generator was late (p99 {:.0f} ms): part of what is measured here is its own doing. Lower the rate, or run it on another machine.</p>", report.generator_late_p99_ms);
    html += fmt::format("<p>{} offers through HTTP, due at {:g} a second and sent at {:.1f} a second over {:.0f} s, from {}. Latency counts from when an offer was <em>due</em>, whether or not it could be sent then. "
                        "The first {} s are warm-up and left out. Business time runs at pace {:g}; seed {}; {} requests had to be repeated.</p>",
                        report.offers, report.rate, report.offers_per_second, report.seconds, escaped(report.began_at), report.warm_up, report.pace, report.seed, report.tries_again);

    html += "<h2>How long the machine took</h2><table><tr><th>step</th><th>count</th><th>p50</th><th>p90</th><th>p99</th><th>p99.9</th><th>max, ms</th></tr>";
    for (const auto& step : report.steps)
        html += fmt::format("<tr><td title=\"{}\">{}<br><small>{}</small></td><td>{}</td><td>{:.1f}</td><td>{:.1f}</td><td>{:.1f}</td><td>{:.1f}</td><td>{:.1f}</td></tr>", escaped(step.what), escaped(step.name), escaped(step.what),
                            step.count, step.p50_ms, step.p90_ms, step.p99_ms, step.p999_ms, step.max_ms);
    html += "</table>";

    std::vector<Line> curves;
    double most = 1;
    for (std::size_t i = 0; i < histograms.size(); ++i) {
        Line line{report.steps[i].name, {}};
        const double decades = histograms[i].count() ? std::log10(static_cast<double>(histograms[i].count())) : 0;
        for (double x = 0; x <= decades; x += 0.05) line.points.emplace_back(x, static_cast<double>(histograms[i].at(1 - std::pow(10, -x))) / 1000);
        if (histograms[i].count()) line.points.emplace_back(decades, static_cast<double>(histograms[i].max()) / 1000);
        most = std::max(most, decades);
        curves.push_back(std::move(line));
    }
    std::vector<std::pair<double, std::string>> marks{{0, "0 %"}};
    const char* names[] = {"90 %", "99 %", "99.9 %", "99.99 %", "99.999 %"};
    for (int i = 1; i <= 5 && i <= most; ++i) marks.emplace_back(i, names[i - 1]);
    html += chart("Percentiles, up to the slowest of all", curves, most, marks, "share of all that were faster", "ms");

    Line p50{"p50", {}}, p99{"p99", {}}, offers{"offers taken", {}}, invoices{"invoices issued", {}}, services{"services", {}}, postgres{"Postgres", {}}, kafka{"Kafka", {}}, generator{"generator", {}}, memory{"services", {}};
    for (const auto& second : report.timeline) {
        const double x = second.at;
        if (second.asked_p99_ms > 0) {
            p50.points.emplace_back(x, second.asked_p50_ms);
            p99.points.emplace_back(x, second.asked_p99_ms);
        }
        offers.points.emplace_back(x, second.offers);
        invoices.points.emplace_back(x, second.invoices);
        services.points.emplace_back(x, second.services_cpu);
        postgres.points.emplace_back(x, second.postgres_cpu);
        kafka.points.emplace_back(x, second.kafka_cpu);
        generator.points.emplace_back(x, second.generator_cpu);
        memory.points.emplace_back(x, second.services_mb);
    }
    const double last = report.timeline.empty() ? 1 : std::max(1, report.timeline.back().at);
    std::vector<std::pair<double, std::string>> seconds;
    for (int i = 0; i <= 5; ++i) seconds.emplace_back(last * i / 5, fmt::format("{:.0f}", last * i / 5));
    html += "<h2>Over time</h2>" + chart("Until a driver was asked, by when the offer was due", {p50, p99}, last, seconds, "seconds", "ms") + chart("Each second", {offers, invoices}, last, seconds, "seconds", "a second") +
            chart("Processors in use, of " + std::to_string(report.machine.processors), {services, postgres, kafka, generator}, last, seconds, "seconds", "") + chart("Memory of the services", {memory}, last, seconds, "seconds", "MB");

    html += "<h2>Where the time goes</h2><p>Stamps of one clock, joined along cause and effect through all services, and compared with what was seen from outside.</p>" + where_time_goes(report);
    html += "<h2>What came of the offers</h2><table>";
    for (const auto* each : {&report.offers_by_state, &report.shipments_by_stage})
        for (const auto& [state, count] : *each) html += fmt::format("<tr><td>{} {}</td><td>{}</td></tr>", each == &report.offers_by_state ? "offers" : "shipments", escaped(state), count);
    html += fmt::format("</table><h2>The settings</h2><pre>{}</pre><h2>The machine</h2><p>{} processors ({}), {:g} GB, {}; services, Postgres, Kafka and the generator all on it.</p><h2>The judge's board</h2><pre>{}</pre></html>\n", escaped(report.settings), report.machine.processors,
                        escaped(report.machine.processor), report.machine.memory_gb, escaped(report.machine.kernel), escaped(report.judge));
    return html;
}

}  // namespace waybill::load
