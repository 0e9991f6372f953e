// The connection of a Store, on libpq itself: all statements of a batch go to the server in one round trip, arrays in binary.
// libpqxx 6.4 has no pipeline with parameters, and array literals cost both sides a third of their work.
// After any exception the connection must be dropped.
#pragma once

#include <waybill/postgres.h>

#include <libpq-fe.h>

#include <cstdlib>
#include <stdexcept>

namespace waybill::postgres {

// The server refused a statement.
struct Failed : std::runtime_error {
    Failed(const std::string& text, std::string state, std::size_t number) : std::runtime_error(text), sqlstate(std::move(state)), statement(number) {}
    std::string sqlstate;
    std::size_t statement;  // of those that were sent together, from 0
};

// A one-dimensional array in Postgres's binary form.
class BinaryArray {
public:
    enum Type : std::uint32_t { bytes = 17, bigint = 20, integer = 23, text = 25, json = 114 };
    explicit BinaryArray(Type type);
    void add(std::string_view value);
    void add(std::int64_t number);  // of bigint and integer
    bool empty() const { return count_ == 0; }
    std::string take();  // the whole; the array is used up

private:
    void put(std::uint32_t word);
    const Type type_;
    std::uint32_t count_ = 0;
    std::string bytes_;
};

struct Parameter {
    std::string bytes;
    bool binary = false;
    Parameter(std::string text) : bytes(std::move(text)) {}
    Parameter(std::int64_t number) : bytes(std::to_string(number)) {}
    Parameter(BinaryArray& array) : bytes(array.take()), binary(true) {}
};

class Rows {
public:
    explicit Rows(PGresult* result) : result_(result) {}
    int size() const { return PQntuples(result_.get()); }
    std::string text(int row, int column) const { return {PQgetvalue(result_.get(), row, column), static_cast<std::size_t>(PQgetlength(result_.get(), row, column))}; }
    std::int64_t number(int row, int column) const { return std::strtoll(PQgetvalue(result_.get(), row, column), nullptr, 10); }

private:
    struct Clear { void operator()(PGresult* result) const { PQclear(result); } };
    std::unique_ptr<PGresult, Clear> result_;
};

class Pipe {
public:
    Pipe(Options options, std::string schema) : options_(std::move(options)), schema_(std::move(schema)) {}

    void open();  // when it is not; within the deadline
    void drop() { connection_.reset(); }
    int socket() const { return PQsocket(connection_.get()); }
    const Options& options() const { return options_; }

    // Statements are prepared under their own text on first use. gather() ends what was sent, which without a `begin` is a
    // transaction, and returns the results in order; it throws Failed for the first statement that the server refuses.
    void send(const std::string& sql, const std::vector<Parameter>& parameters);
    std::vector<Rows> gather();
    void run(const std::string& sql);  // alone, not prepared; may be several statements

private:
    struct Finish { void operator()(PGconn* connection) const { PQfinish(connection); } };
    [[noreturn]] void lost() const;
    void check(PGresult* result, std::size_t statement) const;
    const Options options_;
    const std::string schema_;
    std::unique_ptr<PGconn, Finish> connection_;
    std::map<std::string, std::string> prepared_;
    std::vector<bool> is_preparation_;  // of what was sent and not gathered
};

}  // namespace waybill::postgres
