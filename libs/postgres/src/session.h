// One connection and its rules: opened when first needed, never used again after an error, cut when it hangs.
#pragma once

#include <waybill/postgres.h>

#include <pqxx/pqxx>

#include <set>

namespace waybill::postgres {

// Shuts the socket of a call that outlives its deadline, whatever libpq is waiting for. One thread for the whole process.
class Cut {
public:
    Cut(int socket, std::chrono::milliseconds deadline);
    ~Cut();
    Cut(const Cut&) = delete;

private:
    std::uint64_t id_;
};

// What every connection is told when it is opened.
std::string session_settings(const Options& options, const std::string& schema);

class Link {
public:
    Link(Options options, std::string schema) : options_(std::move(options)), schema_(std::move(schema)) {}

    const Options& options() const { return options_; }
    const std::string& schema() const { return schema_; }

    // Throws what libpqxx throws when it cannot connect.
    pqxx::connection& open();
    void drop() { connection_.reset(); prepared_.clear(); }
    bool fresh() const { return !connection_; }

    // Runs a statement, prepared under its own text on first use.
    template <class... Parameter>
    pqxx::result exec(pqxx::transaction_base& work, const std::string& sql, const Parameter&... parameters) {
        return work.exec_prepared(name_of(sql), parameters...);
    }
    const std::string& name_of(const std::string& sql);

private:
    Options options_;
    std::string schema_;
    std::unique_ptr<pqxx::connection> connection_;
    std::map<std::string, std::string> prepared_;
};

// A one-dimensional array literal for unnest($1::text[]); libpqxx 6.4 has no vector parameters.
class ArrayText {
public:
    void add(std::string_view text);
    void add(std::int64_t number) { separate(); text_ += std::to_string(number); }
    void add_bytes(std::string_view bytes);  // for bytea[]
    bool empty() const { return text_.empty(); }
    std::string str() const { return "{" + text_ + "}"; }

private:
    void separate() { if (!text_.empty()) text_ += ','; }
    std::string text_;
};

std::string bytes_of(const std::string& hex);   // "\\x0aff" -> bytes
std::string quoted(const std::string& identifier);

}  // namespace waybill::postgres
