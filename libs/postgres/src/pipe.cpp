#include "pipe.h"

#include "session.h"

#include <endian.h>

#include <cstring>

namespace waybill::postgres {

BinaryArray::BinaryArray(Type type) : type_(type) {
    for (const std::uint32_t word : {1u, 0u, static_cast<std::uint32_t>(type), 0u, 1u}) put(word);  // dimensions, no nulls, type, count, from 1
}

void BinaryArray::put(std::uint32_t word) {
    word = htobe32(word);
    bytes_.append(reinterpret_cast<const char*>(&word), 4);
}

void BinaryArray::add(std::string_view value) {
    put(static_cast<std::uint32_t>(value.size()));
    bytes_ += value;
    ++count_;
}

void BinaryArray::add(std::int64_t number) {
    if (type_ == integer) {
        put(4);
        put(static_cast<std::uint32_t>(number));
    } else {
        put(8);
        put(static_cast<std::uint32_t>(static_cast<std::uint64_t>(number) >> 32));
        put(static_cast<std::uint32_t>(number));
    }
    ++count_;
}

std::string BinaryArray::take() {
    const std::uint32_t count = htobe32(count_);
    std::memcpy(&bytes_[12], &count, 4);
    return std::move(bytes_);
}

void Pipe::open() {
    if (connection_) return;
    prepared_.clear();
    is_preparation_.clear();
    const auto seconds = std::max<long>(2, std::chrono::duration_cast<std::chrono::seconds>(options_.deadline).count());
    connection_.reset(PQconnectdb((options_.dsn + " connect_timeout=" + std::to_string(seconds) + " application_name=waybill-" + schema_).c_str()));
    if (PQstatus(connection_.get()) != CONNECTION_OK) lost();
    const Cut cut(socket(), options_.deadline);
    run(session_settings(options_, schema_));
}

void Pipe::lost() const { throw std::runtime_error(connection_ ? PQerrorMessage(connection_.get()) : "no connection"); }

void Pipe::check(PGresult* result, std::size_t statement) const {
    const auto status = PQresultStatus(result);
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return;
    const char* state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    if (!state) lost();  // libpq's own: the server is gone
    throw Failed(PQresultErrorMessage(result), state, statement);
}

void Pipe::send(const std::string& sql, const std::vector<Parameter>& parameters) {
    PGconn* connection = connection_.get();
    if (is_preparation_.empty() && !PQenterPipelineMode(connection)) lost();
    auto [found, is_new] = prepared_.try_emplace(sql);
    if (is_new) {
        found->second = "s" + std::to_string(prepared_.size());
        if (!PQsendPrepare(connection, found->second.c_str(), sql.c_str(), 0, nullptr)) lost();
        is_preparation_.push_back(true);
    }
    std::vector<const char*> values;
    std::vector<int> lengths, formats;
    for (const Parameter& parameter : parameters) {
        values.push_back(parameter.bytes.data());
        lengths.push_back(static_cast<int>(parameter.bytes.size()));
        formats.push_back(parameter.binary);
    }
    if (!PQsendQueryPrepared(connection, found->second.c_str(), static_cast<int>(values.size()), values.data(), lengths.data(), formats.data(), 0)) lost();
    is_preparation_.push_back(false);
}

std::vector<Rows> Pipe::gather() {
    PGconn* connection = connection_.get();
    if (!PQpipelineSync(connection)) lost();
    std::vector<Rows> results;
    for (const bool is_preparation : is_preparation_) {
        PGresult* result = PQgetResult(connection);
        Rows rows(result);
        check(result, results.size());
        if (!is_preparation) results.push_back(std::move(rows));
        const Rows end(PQgetResult(connection));  // null: the end of this statement's results
    }
    is_preparation_.clear();
    PGresult* sync = PQgetResult(connection);
    const Rows held(sync);
    if (PQresultStatus(sync) != PGRES_PIPELINE_SYNC || !PQexitPipelineMode(connection)) lost();
    return results;
}

void Pipe::run(const std::string& sql) {
    PGresult* result = PQexec(connection_.get(), sql.c_str());
    const Rows held(result);
    check(result, 0);
}

}  // namespace waybill::postgres
